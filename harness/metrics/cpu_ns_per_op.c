/* cpu_ns_per_op.c -- the metric: processor time of the whole process in the timed part for each
 * operation. */
#include "metric.h"

static const char *
cpu_ns_per_op_read(const struct metric_sample *sample, double *value)
{
    if (sample->cpu_missing)
        return sample->cpu_missing;
    if (sample->operations == 0)
        return "there was no operation";
    *value = (double)sample->cpu_ns / (double)sample->operations;
    return NULL;
}

const struct metric METRIC_cpu_ns_per_op = {
    .name = "cpu_ns_per_op",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "processor time of the whole process in the timed part for each operation",
    .read = cpu_ns_per_op_read,
};
