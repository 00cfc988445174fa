/* time_to_stop_p99_ns.c -- the metric: 99th percentile of the times until the world stood still. */
#include "metric.h"

static const char *
time_to_stop_p99_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_tail(&sample->stops, 0.99, 1000, value);
}

const struct metric METRIC_time_to_stop_p99_ns = {
    .name = "time_to_stop_p99_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "99th percentile of the times until the world stood still",
    .read = time_to_stop_p99_ns_read,
};
