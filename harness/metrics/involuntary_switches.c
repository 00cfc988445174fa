/* involuntary_switches.c -- the metric: times that the kernel took the processor from a thread in
 * the timed part. */
#define _GNU_SOURCE
#include "metric.h"

#include <sys/resource.h>

static long involuntary_switches_begin, involuntary_switches_end;

static long
involuntary_switches_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nivcsw;
}

static void
involuntary_switches_start(void)
{
    involuntary_switches_begin = involuntary_switches_now();
}

static void
involuntary_switches_stop(void)
{
    involuntary_switches_end = involuntary_switches_now();
}

static const char *
involuntary_switches_read(const struct metric_sample *sample, double *value)
{
    (void)sample;
    *value = (double)(involuntary_switches_end - involuntary_switches_begin);
    return NULL;
}

const struct metric METRIC_involuntary_switches = {
    .name = "involuntary_switches",
    .unit = "count",
    .better = METRIC_LOWER,
    .meaning = "times that the kernel took the processor from a thread in the timed part",
    .start = involuntary_switches_start,
    .stop = involuntary_switches_stop,
    .read = involuntary_switches_read,
};
