/* latency_p90_ns.c -- the metric: 90th percentile of the time from a request's intended start to
 * its end. */
#include "metric.h"

static const char *
latency_p90_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_tail(&sample->latencies, 0.9, 100, value);
}

const struct metric METRIC_latency_p90_ns = {
    .name = "latency_p90_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "90th percentile of the time from a request's intended start to its end",
    .read = latency_p90_ns_read,
};
