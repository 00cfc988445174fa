/* contest.h -- the tables that people read: one a contest, what is missing, what recording costs.
 * Shown by `show`, and on the page of a run. */
#ifndef DRIVER_CONTEST_H
#define DRIVER_CONTEST_H

#include "table.h"
#include "view.h"

/* Managers from the fastest to the slowest, memory beside the time; then who is not there. */
struct table contest_table(const struct view *view, const struct view_group *group);

/* One metric of all contests. */
struct table contest_metric_table(const struct view *view, const char *metric);

/* Managers that could not run, or stopped: where and why. */
struct table contest_missing_table(const struct view *view);

/* Metrics that could not be taken, by reason. */
struct table contest_gaps_table(const struct view *view);

/* What reuse buys. */
struct table contest_reuse_table(const struct view *view);

/* What recording costs. */
struct table contest_cost_table(const struct view *view);

/* Rates of paced workloads. */
struct table contest_rates_table(const struct view *view);

#endif
