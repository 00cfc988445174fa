/* summary_pool.h -- distributions pooled over the rounds of a cell: percentiles in the tail, and
 * the curves of the figures. */
#ifndef DRIVER_SUMMARY_POOL_H
#define DRIVER_SUMMARY_POOL_H

#include "summary.h"

/* Whether a metric is a percentile of a distribution that cells hand over whole. */
bool summary_pool_owns(const char *metric);

/* The percentile of all rounds together.  NULL and *value, or why there is none: 1-1/m is shown
 * only with at least 10 m samples. */
const char *summary_pool_quantile(const struct summary_cell *cell, const char *metric,
                                  double *value);

/* The curves of a cell, appended to a list. */
void summary_pool_curves(const struct summary_cell *cell, json_t *curves);

#endif
