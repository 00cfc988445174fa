/* peak_held_bytes.c -- the metric: most memory that the manager had from the system. */
#include "metric.h"

static const char *
peak_held_bytes_read(const struct metric_sample *sample, double *value)
{
    return metric_count(sample->after.peak_held_bytes, "the manager cannot say", value);
}

const struct metric METRIC_peak_held_bytes = {
    .name = "peak_held_bytes",
    .unit = "bytes",
    .better = METRIC_LOWER,
    .meaning = "most memory that the manager had from the system",
    .read = peak_held_bytes_read,
};
