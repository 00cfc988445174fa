/* stall_count.c -- the metric: calls of the memory API that took 10 us or longer, in a probe build.
 */
#include "metric.h"

static const char *
stall_count_read(const struct metric_sample *sample, double *value)
{
    if (!sample->stalls.durations)
        return sample->stalls.missing;
    return metric_count(sample->stalls.durations->count, "", value);
}

const struct metric METRIC_stall_count = {
    .name = "stall_count",
    .unit = "count",
    .better = METRIC_LOWER,
    .meaning = "calls of the memory API that took 10 us or longer, in a probe build",
    .read = stall_count_read,
};
