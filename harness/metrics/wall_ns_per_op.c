/* wall_ns_per_op.c -- the metric: time of the timed part for each operation; of a paced service
 * only what it was busy. */
#include "metric.h"

static const char *
wall_ns_per_op_read(const struct metric_sample *sample, double *value)
{
    if (sample->operations == 0)
        return "there was no operation";
    *value = (double)sample->wall_ns / (double)sample->operations;
    return NULL;
}

const struct metric METRIC_wall_ns_per_op = {
    .name = "wall_ns_per_op",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning =
        "time of the timed part for each operation; of a paced service only what it was busy",
    .read = wall_ns_per_op_read,
};
