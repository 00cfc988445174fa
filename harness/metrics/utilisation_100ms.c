/* utilisation_100ms.c -- the metric: what a thread had to itself of every window of 100 ms, at
 * least. */
#include "metric.h"

static const char *
utilisation_100ms_read(const struct metric_sample *sample, double *value)
{
    return metric_share(&sample->utilisation_100ms, value);
}

const struct metric METRIC_utilisation_100ms = {
    .name = "utilisation_100ms",
    .unit = "percent",
    .better = METRIC_HIGHER,
    .meaning = "what a thread had to itself of every window of 100 ms, at least",
    .read = utilisation_100ms_read,
};
