/* pause_p99_ns.c -- the metric: 99th percentile of the pauses. */
#include "metric.h"

static const char *
pause_p99_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_tail(&sample->pauses, 0.99, 1000, value);
}

const struct metric METRIC_pause_p99_ns = {
    .name = "pause_p99_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "99th percentile of the pauses",
    .read = pause_p99_ns_read,
};
