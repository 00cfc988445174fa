/* latency_p99_ns.c -- the metric: 99th percentile of the time from a request's intended start to
 * its end. */
#include "metric.h"

static const char *
latency_p99_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_tail(&sample->latencies, 0.99, 1000, value);
}

const struct metric METRIC_latency_p99_ns = {
    .name = "latency_p99_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "99th percentile of the time from a request's intended start to its end",
    .read = latency_p99_ns_read,
};
