/* outcome.h -- one process of a race: how a cell is called, and what became of it. */
#ifndef DRIVER_OUTCOME_H
#define DRIVER_OUTCOME_H

#include "plan.h"
#include "process.h"
#include "record.h"

/* How a cell is called. */
struct outcome_call {
    const struct cells_manager *manager;
    double heap_factor;
    enum record_phase phase;
    bool is_recording;
    double limit_s;
};

/* Runs a cell of the race and fills the record, but for its place in a round.  False: the user
 * asked to stop, and there is nothing to record. */
bool outcome_run(const struct plan *plan, const struct plan_race *race,
                 const struct outcome_call *call, struct record *record);

/* What a process that has ended comes to: status, reason, and what it printed. */
void outcome_judge(const struct process_result *result, double limit_s, struct record *record);

#endif
