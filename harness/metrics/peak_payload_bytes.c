/* peak_payload_bytes.c -- the metric: most payload bytes alive at once, whole run, counted by the
 * referee. */
#include "metric.h"

static const char *
peak_payload_bytes_read(const struct metric_sample *sample, double *value)
{
    return metric_count(sample->end.peak_payload_bytes, "only the referee counts bytes", value);
}

const struct metric METRIC_peak_payload_bytes = {
    .name = "peak_payload_bytes",
    .unit = "bytes",
    .better = METRIC_NONE,
    .meaning = "most payload bytes alive at once, whole run, counted by the referee",
    .read = peak_payload_bytes_read,
};
