/* histogram.c -- see histogram.h. */
#include "histogram.h"

#include <math.h>
#include <string.h>

void
histogram_init(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
    histogram->min = UINT64_MAX;
}

/* The value that a bucket stands for: its middle, rounded down. */
static uint64_t
histogram_value(size_t bucket)
{
    if (bucket < (size_t)2 << HISTOGRAM_BITS)
        return bucket;
    unsigned shift = (unsigned)(bucket >> HISTOGRAM_BITS) - 1;
    uint64_t low = (uint64_t)(bucket - ((size_t)shift << HISTOGRAM_BITS)) << shift;
    return low + (((UINT64_C(1) << shift) - 1) >> 1);
}

void
histogram_merge(struct histogram *histogram, const struct histogram *from)
{
    histogram->count += from->count;
    histogram->sum += from->sum;
    histogram->min = from->min < histogram->min ? from->min : histogram->min;
    histogram->max = from->max > histogram->max ? from->max : histogram->max;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        histogram->buckets[i] += from->buckets[i];
}

/* The middle of the outermost buckets may lie outside of what was recorded. */
static uint64_t
histogram_clip(const struct histogram *histogram, uint64_t value)
{
    if (value < histogram->min)
        return histogram->min;
    return value > histogram->max ? histogram->max : value;
}

uint64_t
histogram_quantile(const struct histogram *histogram, double quantile)
{
    if (histogram->count == 0)
        return 0;
    double rank = ceil(quantile * (double)histogram->count);
    uint64_t wanted = rank < 1 ? 1 : (uint64_t)rank;
    if (wanted >= histogram->count)
        return histogram->max;
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen >= wanted)
            return histogram_clip(histogram, histogram_value(i));
    }
    return histogram->max;
}

bool
histogram_next(const struct histogram *histogram, size_t *at, uint64_t *value, uint64_t *count)
{
    while (*at < HISTOGRAM_BUCKETS && histogram->buckets[*at] == 0)
        ++*at;
    if (*at == HISTOGRAM_BUCKETS)
        return false;
    *value = histogram_value(*at);
    *count = histogram->buckets[(*at)++];
    return true;
}
