/* heap_bytes.c -- the metric: the limit on all that the manager holds. */
#include "metric.h"

static const char *
heap_bytes_read(const struct metric_sample *sample, double *value)
{
    if (sample->heap_bytes == 0)
        return "no limit was asked for";
    *value = (double)sample->heap_bytes;
    return NULL;
}

const struct metric METRIC_heap_bytes = {
    .name = "heap_bytes",
    .unit = "bytes",
    .better = METRIC_NONE,
    .meaning = "the limit on all that the manager holds",
    .read = heap_bytes_read,
};
