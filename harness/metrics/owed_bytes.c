/* owed_bytes.c -- the metric: dead memory whose reclaiming is owed at the end of the timed part. */
#include "metric.h"

static const char *
owed_bytes_read(const struct metric_sample *sample, double *value)
{
    return metric_count(sample->after.owed_bytes, "the manager cannot say", value);
}

const struct metric METRIC_owed_bytes = {
    .name = "owed_bytes",
    .unit = "bytes",
    .better = METRIC_LOWER,
    .meaning = "dead memory whose reclaiming is owed at the end of the timed part",
    .read = owed_bytes_read,
};
