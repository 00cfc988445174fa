/* stop_max_ns.c -- the metric: longest time for which the world stood still.
 *
 * Pauses have more in them: what mutators are made to do or to wait for one by one.  Runtimes that
 * tell of their pauses, such as Go, mean this. */
#include "metric.h"

static const char *
stop_max_ns_read(const struct metric_sample *sample, double *value)
{
    if (!sample->pauses.durations)
        return sample->pauses.missing;
    if (!sample->longest_stop_ns)
        return "the world never stood still in the timed part";
    return metric_count(sample->longest_stop_ns, "", value);
}

const struct metric METRIC_stop_max_ns = {
    .name = "stop_max_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "longest time for which the world stood still",
    .read = stop_max_ns_read,
};
