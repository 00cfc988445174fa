/* time_to_stop_max_ns.c -- the metric: longest time until the world stood still. */
#include "metric.h"

static const char *
time_to_stop_max_ns_read(const struct metric_sample *sample, double *value)
{
    return metric_quantile(&sample->stops, 1, value);
}

const struct metric METRIC_time_to_stop_max_ns = {
    .name = "time_to_stop_max_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "longest time until the world stood still",
    .read = time_to_stop_max_ns_read,
};
