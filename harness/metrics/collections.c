/* collections.c -- the metric: cycles of the collector that ended in the timed part. */
#include "metric.h"

static const char *
collections_read(const struct metric_sample *sample, double *value)
{
    if (!sample->manager_collects && sample->after.collections == 0)
        return "the manager does not collect in cycles";
    return metric_growth(sample->before.collections, sample->after.collections,
                         "the manager cannot say", value);
}

const struct metric METRIC_collections = {
    .name = "collections",
    .unit = "count",
    .better = METRIC_NONE,
    .meaning = "cycles of the collector that ended in the timed part",
    .read = collections_read,
};
