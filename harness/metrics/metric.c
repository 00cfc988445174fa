/* metric.c -- the table of all metrics, and what several of them share. */
#include "metric.h"

#define METRIC(name) extern const struct metric METRIC_##name;
#include "list.h"
#undef METRIC

const struct metric *const METRICS[] = {
#define METRIC(name) &METRIC_##name,
#include "list.h"
#undef METRIC
};

const size_t METRICS_COUNT = sizeof METRICS / sizeof METRICS[0];

const char *
metric_better_name(enum metric_better better)
{
    static const char *const names[] = { "lower", "higher", "none" };
    return names[better];
}

const char *
metric_count(uint64_t count, const char *missing, double *value)
{
    if (count == MM_UNKNOWN)
        return missing;
    *value = (double)count;
    return NULL;
}

const char *
metric_growth(uint64_t before, uint64_t after, const char *missing, double *value)
{
    if (before == MM_UNKNOWN || after == MM_UNKNOWN)
        return missing;
    *value = (double)(after - before);
    return NULL;
}

const char *
metric_share(const struct metric_share *share, double *value)
{
    *value = share->percent;
    return share->missing;
}

const char *
metric_tail(const struct metric_distribution *distribution, double quantile, uint64_t samples,
            double *value)
{
    if (!distribution->durations)
        return distribution->missing;
    if (distribution->durations->count == 0)
        return "nothing of the kind happened in the timed part";
    if (distribution->durations->count < samples)
        return "too few samples for this percentile in one run: pool the histograms of several";
    *value = (double)histogram_quantile(distribution->durations, quantile);
    return NULL;
}

const char *
metric_quantile(const struct metric_distribution *distribution, double quantile, double *value)
{
    return metric_tail(distribution, quantile, 1, value);
}
