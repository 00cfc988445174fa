/* pause_total_ns.c -- the metric: all pauses of the timed part together. */
#include "metric.h"

static const char *
pause_total_ns_read(const struct metric_sample *sample, double *value)
{
    if (!sample->pauses.durations)
        return sample->pauses.missing;
    return metric_count(sample->pauses.durations->sum, "", value);
}

const struct metric METRIC_pause_total_ns = {
    .name = "pause_total_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "all pauses of the timed part together",
    .read = pause_total_ns_read,
};
