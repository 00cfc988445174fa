/* timed_bytes.c -- the metric: payload bytes made in the timed part, counted by the referee. */
#include "metric.h"

static const char *
timed_bytes_read(const struct metric_sample *sample, double *value)
{
    return metric_growth(sample->before.new_bytes, sample->after.new_bytes,
                         "only the referee counts bytes", value);
}

const struct metric METRIC_timed_bytes = {
    .name = "timed_bytes",
    .unit = "bytes",
    .better = METRIC_NONE,
    .meaning = "payload bytes made in the timed part, counted by the referee",
    .read = timed_bytes_read,
};
