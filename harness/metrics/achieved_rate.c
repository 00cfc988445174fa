/* achieved_rate.c -- the metric: requests served per second in the open loop. */
#include "metric.h"

static const char *
achieved_rate_read(const struct metric_sample *sample, double *value)
{
    if (sample->rate_missing)
        return sample->rate_missing;
    *value = sample->achieved_per_s;
    return NULL;
}

const struct metric METRIC_achieved_rate = {
    .name = "achieved_rate",
    .unit = "1/s",
    .better = METRIC_HIGHER,
    .meaning = "requests served per second in the open loop",
    .read = achieved_rate_read,
};
