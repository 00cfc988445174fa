/* stall_max_ns.c -- the metric: longest call of the memory API, in a probe build. */
#include "metric.h"

static const char *
stall_max_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_quantile(&sample->stalls, 1, value);
}

const struct metric METRIC_stall_max_ns = {
    .name = "stall_max_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "longest call of the memory API, in a probe build",
    .read = stall_max_ns_read,
};
