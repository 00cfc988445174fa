/* nothing.c -- a workload that does nothing: what its cell measures is the harness's own cost. */
#include "workload_tools.h"

static void
nothing_plan(const struct workload_run *run, struct workload_plan *plan)
{
    (void)run;
    *plan = (struct workload_plan){ .batches = 1000, .operations = 1, .peak_live_bytes = 1 };
}

static uint64_t
nothing_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread, uint64_t batch)
{
    (void)m, (void)run, (void)thread;
    return batch;
}

const struct workload WORKLOAD = {
    .name = "nothing",
    .summary = "nothing is made",
    .operation = "nothing",
    .threads_default = 1,
    .threads_max = 8,
    .plan = nothing_plan,
    .batch = nothing_batch,
};
