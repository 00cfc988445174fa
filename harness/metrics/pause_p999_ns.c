/* pause_p999_ns.c -- the metric: 99.9th percentile of the pauses. */
#include "metric.h"

static const char *
pause_p999_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_tail(&sample->pauses, 0.999, 10000, value);
}

const struct metric METRIC_pause_p999_ns = {
    .name = "pause_p999_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "99.9th percentile of the pauses",
    .read = pause_p999_ns_read,
};
