/* order.c -- medians, quantiles and exact intervals from the order of a sample alone.
 *
 * The rank follows the sign test (Dixon and Mood 1946); its sums of binomial weights are taken
 * in logarithms, so that they hold for any n.  Cost: n log n for the sort, k for the rank. */
#include "stats/order.h"

#include <math.h>
#include <stdlib.h>

/* The weight of exactly j of n fair coins. */
static double
stats_binomial(size_t n, size_t j)
{
    double log_choose = lgamma((double)n + 1) - lgamma((double)j + 1) - lgamma((double)(n - j) + 1);
    return exp(log_choose - (double)n * log(2.0));
}

size_t
stats_rank(size_t n)
{
    const double tail_max = 0.025;
    double tail = 0;
    for (size_t j = 0; j < n; j++) {
        tail += stats_binomial(n, j);
        if (tail > tail_max)
            return j;
    }
    return 0;
}

static int
stats_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

void
stats_sort(double *sample, size_t n)
{
    qsort(sample, n, sizeof *sample, stats_compare);
}

double
stats_median(const double *sorted, size_t n)
{
    if (n % 2 == 1)
        return sorted[n / 2];
    return sorted[n / 2 - 1] + (sorted[n / 2] - sorted[n / 2 - 1]) / 2;
}

struct stats_estimate
stats_estimate(double *sample, size_t n)
{
    stats_sort(sample, n);
    struct stats_estimate estimate = { .n = n, .median = stats_median(sample, n) };
    size_t rank = stats_rank(n);
    if (rank > 0) {
        estimate.has_interval = true;
        estimate.lo = sample[rank - 1];
        estimate.hi = sample[n - rank];
    }
    return estimate;
}
