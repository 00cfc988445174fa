/* start_rss_bytes.c -- the metric: memory of the process in RAM just before the heap is made. */
#include "metric.h"

static const char *
start_rss_bytes_read(const struct metric_sample *sample, double *value)
{
    return metric_count(sample->start_rss_bytes, "/proc/self/status could not be read", value);
}

const struct metric METRIC_start_rss_bytes = {
    .name = "start_rss_bytes",
    .unit = "bytes",
    .better = METRIC_NONE,
    .meaning = "memory of the process in RAM just before the heap is made",
    .read = start_rss_bytes_read,
};
