/* pause_count.c -- the metric: pauses: events of the manager that held up a thread for 10 us or
 * longer. */
#include "metric.h"

static const char *
pause_count_read(const struct metric_sample *sample, double *value)
{
    if (!sample->pauses.durations)
        return sample->pauses.missing;
    return metric_count(sample->pauses.durations->count, "", value);
}

const struct metric METRIC_pause_count = {
    .name = "pause_count",
    .unit = "count",
    .better = METRIC_NONE,
    .meaning = "pauses: events of the manager that held up a thread for 10 us or longer",
    .read = pause_count_read,
};
