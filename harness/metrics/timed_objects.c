/* timed_objects.c -- the metric: objects made in the timed part, counted by the referee. */
#include "metric.h"

static const char *
timed_objects_read(const struct metric_sample *sample, double *value)
{
    return metric_growth(sample->before.new_objects, sample->after.new_objects,
                         "only the referee counts objects", value);
}

const struct metric METRIC_timed_objects = {
    .name = "timed_objects",
    .unit = "count",
    .better = METRIC_NONE,
    .meaning = "objects made in the timed part, counted by the referee",
    .read = timed_objects_read,
};
