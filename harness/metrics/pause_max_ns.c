/* pause_max_ns.c -- the metric: longest pause. */
#include "metric.h"

static const char *
pause_max_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_quantile(&sample->pauses, 1, value);
}

const struct metric METRIC_pause_max_ns = {
    .name = "pause_max_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "longest pause",
    .read = pause_max_ns_read,
};
