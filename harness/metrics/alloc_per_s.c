/* alloc_per_s.c -- the metric: objects made per second of the timed part: the referee's count over
 * this manager's time. */
#include "metric.h"

const struct metric METRIC_alloc_per_s = {
    .name = "alloc_per_s",
    .unit = "1/s",
    .better = METRIC_HIGHER,
    .meaning =
        "objects made per second of the timed part: the referee's count over this manager's time",
};
