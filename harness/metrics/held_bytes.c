/* held_bytes.c -- the metric: memory that the manager has from the system at the end of the timed
 * part. */
#include "metric.h"

static const char *
held_bytes_read(const struct metric_sample *sample, double *value)
{
    return metric_count(sample->after.held_bytes, "the manager cannot say", value);
}

const struct metric METRIC_held_bytes = {
    .name = "held_bytes",
    .unit = "bytes",
    .better = METRIC_LOWER,
    .meaning = "memory that the manager has from the system at the end of the timed part",
    .read = held_bytes_read,
};
