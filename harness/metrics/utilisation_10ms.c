/* utilisation_10ms.c -- the metric: what a thread had to itself of every window of 10 ms, at least.
 */
#include "metric.h"

static const char *
utilisation_10ms_read(const struct metric_sample *sample, double *value)
{
    return metric_share(&sample->utilisation_10ms, value);
}

const struct metric METRIC_utilisation_10ms = {
    .name = "utilisation_10ms",
    .unit = "percent",
    .better = METRIC_HIGHER,
    .meaning = "what a thread had to itself of every window of 10 ms, at least",
    .read = utilisation_10ms_read,
};
