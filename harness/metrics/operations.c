/* operations.c -- the metric: operations of the timed part, all threads together. */
#include "metric.h"

static const char *
operations_read(const struct metric_sample *sample, double *value)
{
    return metric_count(sample->operations, "", value);
}

const struct metric METRIC_operations = {
    .name = "operations",
    .unit = "count",
    .better = METRIC_NONE,
    .meaning = "operations of the timed part, all threads together",
    .read = operations_read,
};
