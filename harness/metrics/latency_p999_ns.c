/* latency_p999_ns.c -- the metric: 99.9th percentile of the time from a request's intended start to
 * its end. */
#include "metric.h"

static const char *
latency_p999_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_tail(&sample->latencies, 0.999, 10000, value);
}

const struct metric METRIC_latency_p999_ns = {
    .name = "latency_p999_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "99.9th percentile of the time from a request's intended start to its end",
    .read = latency_p999_ns_read,
};
