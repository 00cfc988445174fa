/* latency_max_ns.c -- the metric: longest time from a request's intended start to its end. */
#include "metric.h"

static const char *
latency_max_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_quantile(&sample->latencies, 1, value);
}

const struct metric METRIC_latency_max_ns = {
    .name = "latency_max_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "longest time from a request's intended start to its end",
    .read = latency_max_ns_read,
};
