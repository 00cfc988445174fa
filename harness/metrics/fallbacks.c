/* fallbacks.c -- the metric: times that an incremental collector fell behind and finished in one
 * go. */
#include "metric.h"

static const char *
fallbacks_read(const struct metric_sample *sample, double *value)
{
    if (!sample->pauses.durations)
        return sample->pauses.missing;
    return metric_count(sample->fallbacks, "", value);
}

const struct metric METRIC_fallbacks = {
    .name = "fallbacks",
    .unit = "count",
    .better = METRIC_LOWER,
    .meaning = "times that an incremental collector fell behind and finished in one go",
    .read = fallbacks_read,
};
