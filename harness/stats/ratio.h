/* ratio.h -- how much larger one quantity is than another, from pairs taken side by side. */
#ifndef STATS_RATIO_H
#define STATS_RATIO_H

#include "stats/order.h"

/* The median of left[i] / right[i] with its interval.  Estimated on logarithms, so that the
 * ratio of the reversed pairs is the reciprocal.  All values are positive, n is not 0; `left`
 * is overwritten. */
struct stats_estimate stats_ratio(double *left, const double *right, size_t n);

#endif
