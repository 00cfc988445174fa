/* pause_max_undisturbed_ns.c -- the metric: longest pause in which the kernel left the thread
 * alone.
 */
#include "metric.h"

static const char *
pause_max_undisturbed_ns_read(const struct metric_sample *sample, double *value)
{
    const struct metric_disturbance *disturbance = &sample->disturbance;
    if (disturbance->missing)
        return disturbance->missing;
    if (disturbance->undisturbed == 0)
        return "nothing of the kind happened in the timed part";
    return metric_count(disturbance->undisturbed_max_ns, "", value);
}

const struct metric METRIC_pause_max_undisturbed_ns = {
    .name = "pause_max_undisturbed_ns",
    .unit = "ns",
    .better = METRIC_LOWER,
    .meaning = "longest pause in which the kernel left the thread alone",
    .read = pause_max_undisturbed_ns_read,
};
