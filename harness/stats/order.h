/* order.h -- medians, quantiles and exact intervals from the order of a sample alone.
 *
 * The interval of a median is made of two order statistics: d(k) and d(n+1-k) enclose the
 * median of any continuous distribution unless fewer than k of n draws fall on one side of it,
 * and that number is binomial with p = 1/2.  So k is the largest rank whose two tails weigh at
 * most 5 %: no assumption on the shape, and no interval at all below six draws. */
#ifndef STATS_ORDER_H
#define STATS_ORDER_H

#include <stdbool.h>
#include <stddef.h>

/* Below this there is no 95 % interval: 2 * 2^-5 is more than 5 %. */
enum { STATS_INTERVAL_MIN = 6 };

struct stats_estimate {
    size_t n;
    double median;
    bool has_interval; /* lo and hi are meaningful */
    double lo, hi;
};

/* The rank k, counted from 1, of the 95 % interval of a median of n draws; 0: there is none. */
size_t stats_rank(size_t n);

/* Sorts the sample in place, smallest first.  No value may be NaN. */
void stats_sort(double *sample, size_t n);

/* The median of a sorted sample: the mean of the middle two if n is even.  n is not 0. */
double stats_median(const double *sorted, size_t n);

/* Sorts the sample in place and estimates its median.  n is not 0. */
struct stats_estimate stats_estimate(double *sample, size_t n);

#endif
