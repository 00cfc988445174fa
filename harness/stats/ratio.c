/* ratio.c -- how much larger one quantity is than another, from pairs taken side by side. */
#include "stats/ratio.h"

#include <math.h>

struct stats_estimate
stats_ratio(double *left, const double *right, size_t n)
{
    for (size_t i = 0; i < n; i++)
        left[i] = log(left[i]) - log(right[i]);
    struct stats_estimate estimate = stats_estimate(left, n);
    estimate.median = exp(estimate.median);
    if (estimate.has_interval) {
        estimate.lo = exp(estimate.lo);
        estimate.hi = exp(estimate.hi);
    }
    return estimate;
}
