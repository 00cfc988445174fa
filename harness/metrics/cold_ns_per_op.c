/* cold_ns_per_op.c -- the metric: time of batch 0, or of the requests for warming up, for each
 * operation. */
#include "metric.h"

static const char *
cold_ns_per_op_read(const struct metric_sample *sample, double *value)
{
    if (sample->cold_operations == 0)
        return "there was no operation";
    *value = (double)sample->cold_ns / (double)sample->cold_operations;
    return NULL;
}

const struct metric METRIC_cold_ns_per_op = {
    .name = "cold_ns_per_op",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "time of batch 0, or of the requests for warming up, for each operation",
    .read = cold_ns_per_op_read,
};
