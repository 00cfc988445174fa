/* latency_p50_ns.c -- the metric: median of the time from a request's intended start to its end. */
#include "metric.h"

static const char *
latency_p50_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_tail(&sample->latencies, 0.5, 20, value);
}

const struct metric METRIC_latency_p50_ns = {
    .name = "latency_p50_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "median of the time from a request's intended start to its end",
    .read = latency_p50_ns_read,
};
