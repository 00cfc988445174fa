/* peak_live_bytes.c -- the metric: most payload bytes alive at once, as the referee counted. */
#include "metric.h"

const struct metric METRIC_peak_live_bytes = {
    .name = "peak_live_bytes",
    .unit = "bytes",
    .better = METRIC_NONE,
    .meaning = "most payload bytes alive at once, as the referee counted",
};
