/* page_faults.c -- the metric: minor and major page faults of the process in the timed part. */
#define _GNU_SOURCE
#include "metric.h"

#include <sys/resource.h>

static long page_faults_begin, page_faults_end;

static long
page_faults_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

static void
page_faults_start(void)
{
    page_faults_begin = page_faults_now();
}

static void
page_faults_stop(void)
{
    page_faults_end = page_faults_now();
}

static const char *
page_faults_read(const struct metric_sample *sample, double *value)
{
    (void)sample;
    *value = (double)(page_faults_end - page_faults_begin);
    return NULL;
}

const struct metric METRIC_page_faults = {
    .name = "page_faults",
    .unit = "count",
    .better = METRIC_LOWER,
    .meaning = "minor and major page faults of the process in the timed part",
    .start = page_faults_start,
    .stop = page_faults_stop,
    .read = page_faults_read,
};
