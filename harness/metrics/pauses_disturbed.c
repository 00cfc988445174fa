/* pauses_disturbed.c -- the metric: pauses of 100 us or longer in which the kernel took the
 * processor from the thread. */
#include "metric.h"

static const char *
pauses_disturbed_read(const struct metric_sample *sample, double *value)
{
    return metric_count(sample->disturbance.missing ? MM_UNKNOWN : sample->disturbance.disturbed,
                        sample->disturbance.missing, value);
}

const struct metric METRIC_pauses_disturbed = {
    .name = "pauses_disturbed",
    .unit = "count",
    .better = METRIC_NONE,
    .meaning = "pauses of 100 us or longer in which the kernel took the processor from the thread",
    .read = pauses_disturbed_read,
};
