/* utilisation_1ms.c -- the metric: what a thread had to itself of every window of 1 ms, at least.
 */
#include "metric.h"

static const char *
utilisation_1ms_read(const struct metric_sample *sample, double *value)
{
    return metric_share(&sample->utilisation_1ms, value);
}

const struct metric METRIC_utilisation_1ms = {
    .name = "utilisation_1ms",
    .unit = "percent",
    .better = METRIC_HIGHER,
    .meaning = "what a thread had to itself of every window of 1 ms, at least",
    .read = utilisation_1ms_read,
};
