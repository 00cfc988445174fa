/* histogram.h -- how often each duration occurred, from 1 ns to 1000 s, in constant memory.
 *
 * The idea is HdrHistogram's (Gil Tene): a value's bucket is its power of two and the ten bits
 * below its leading one.  A bucket is at most 1/1024 as wide as its values are large, and stands
 * for its middle, so what is read back differs from what was recorded by less than 0.05 %: three
 * significant figures.  Values below 2048 ns are kept exactly.
 *
 * Invariants:
 *   1. count is the sum of all buckets
 *   2. min and max are exact; min <= max unless the histogram is empty
 *   3. sum is exact: the values recorded, clipped to HISTOGRAM_MAX
 *
 * Cost: recording is a shift, an add and an increment, without a branch on the value; the
 * structure has 248 KB, of which a recording touches one line and the header. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HISTOGRAM_BITS = 10,
    HISTOGRAM_TOP = 39, /* the leading bit of the largest value: 2^40 ns are 1099 s */
    HISTOGRAM_BUCKETS = (HISTOGRAM_TOP - HISTOGRAM_BITS + 2) << HISTOGRAM_BITS
};
#define HISTOGRAM_MAX ((UINT64_C(1) << (HISTOGRAM_TOP + 1)) - 1)

struct histogram {
    uint64_t count, sum, min, max;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* Makes it empty.  Touches all of it, so that recording meets no page fault. */
void histogram_init(struct histogram *histogram);

/* The bucket of a value, which must not be above HISTOGRAM_MAX. */
static inline size_t
histogram_bucket(uint64_t value)
{
    unsigned top = 63u - (unsigned)__builtin_clzll(value | UINT64_C(1) << HISTOGRAM_BITS);
    unsigned shift = top - HISTOGRAM_BITS;
    return ((size_t)shift << HISTOGRAM_BITS) + (size_t)(value >> shift);
}

/* Records a value n times; larger values count as HISTOGRAM_MAX. */
static inline void
histogram_record_many(struct histogram *histogram, uint64_t value, uint64_t n)
{
    value = value < HISTOGRAM_MAX ? value : HISTOGRAM_MAX;
    histogram->count += n;
    histogram->sum += n * value;
    histogram->min = value < histogram->min ? value : histogram->min;
    histogram->max = value > histogram->max ? value : histogram->max;
    histogram->buckets[histogram_bucket(value)] += n;
}

static inline void
histogram_record(struct histogram *histogram, uint64_t value)
{
    histogram_record_many(histogram, value, 1);
}

/* Adds all of `from`. */
void histogram_merge(struct histogram *histogram, const struct histogram *from);

/* The smallest value that at least the fraction `quantile` (0 .. 1) of all values do not exceed:
 * 0.5 is the median, 1 the exact maximum.  0 if nothing was recorded. */
uint64_t histogram_quantile(const struct histogram *histogram, double quantile);

/* Walks the buckets that are not empty, in order of value: *at starts at 0.  What it gives,
 * recorded again with histogram_record_many, lands in the same bucket. */
bool histogram_next(const struct histogram *histogram, size_t *at, uint64_t *value,
                    uint64_t *count);

#endif
