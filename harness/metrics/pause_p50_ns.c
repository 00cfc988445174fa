/* pause_p50_ns.c -- the metric: median of the pauses. */
#include "metric.h"

static const char *
pause_p50_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_tail(&sample->pauses, 0.5, 20, value);
}

const struct metric METRIC_pause_p50_ns = {
    .name = "pause_p50_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "median of the pauses",
    .read = pause_p50_ns_read,
};
