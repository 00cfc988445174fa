/* capacity_per_s.c -- the metric: requests served per second back to back. */
#include "metric.h"

static const char *
capacity_per_s_read(const struct metric_sample *sample, double *value)
{
    if (sample->capacity_missing)
        return sample->capacity_missing;
    *value = sample->capacity_per_s;
    return NULL;
}

const struct metric METRIC_capacity_per_s = {
    .name = "capacity_per_s",
    .unit = "1/s",
    .better = METRIC_HIGHER,
    .meaning = "requests served per second back to back",
    .read = capacity_per_s_read,
};
