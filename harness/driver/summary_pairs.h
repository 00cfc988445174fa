/* summary_pairs.h -- what is compared within a round: the bad loop with the good one, and a cell
 * that records with its twin that does not. */
#ifndef DRIVER_SUMMARY_PAIRS_H
#define DRIVER_SUMMARY_PAIRS_H

#include "summary.h"

/* For workloads with variants named bad and good: how often longer the bad one takes. */
json_t *summary_reuse(const struct summary_cells *cells);

/* Time with recording over time without, per workload, and pooled as workload "*". */
json_t *summary_recording_cost(const struct record_list *records);

#endif
