/* alloc_bytes_per_s.c -- the metric: payload bytes made per second of the timed part: the referee's
 * count over this manager's time. */
#include "metric.h"

const struct metric METRIC_alloc_bytes_per_s = {
    .name = "alloc_bytes_per_s",
    .unit = "bytes/s",
    .better = METRIC_HIGHER,
    .meaning = "payload bytes made per second of the timed part: the referee's count over this "
               "manager's time",
};
