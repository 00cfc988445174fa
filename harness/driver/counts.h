/* counts.h -- what the referee counts before a race: checksum, objects, bytes, and whether the
 * workload states its peak rightly.  Kept beside the cells, since it changes only with them. */
#ifndef DRIVER_COUNTS_H
#define DRIVER_COUNTS_H

#include "plan.h"
#include "record.h"

/* Counts one race's work, or takes what was counted before.  False: the user asked to stop.  A
 * referee that fails leaves a record that says so. */
bool counts_take(const struct plan *plan, const struct plan_race *race, struct record *record);

/* Why the referee cannot count this race, or NULL. */
const char *counts_obstacle(const struct plan *plan, const struct plan_race *race);

/* Teaches the race what a record of the referee says. */
void counts_apply(struct plan_race *race, const struct record *record);

/* Adds the counts and what follows from them to a measured record, or why not. */
void counts_complete(const struct plan_race *race, struct record *record);

/* Marks a measured record as invalid if its checksum is another than the race's; the first one
 * teaches a race that has no referee. */
void counts_compare(struct plan_race *race, struct record *record);

#endif
