/* peak_rss_bytes.c -- the metric: most memory of the process in RAM, from the heap's making to the
 * end of the timed part. */
#include "metric.h"

static const char *
peak_rss_bytes_read(const struct metric_sample *sample, double *value)
{
    return metric_count(sample->peak_rss_bytes, "the kernel does not let this process reset VmHWM",
                        value);
}

const struct metric METRIC_peak_rss_bytes = {
    .name = "peak_rss_bytes",
    .unit = "bytes",
    .better = METRIC_LOWER,
    .meaning =
        "most memory of the process in RAM, from the heap's making to the end of the timed part",
    .read = peak_rss_bytes_read,
};
