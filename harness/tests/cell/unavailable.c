/* unavailable.c -- a workload whose input data is not installed. */
#include "workload_tools.h"

static const char *
unavailable_prepare(const struct workload_run *run)
{
    (void)run;
    return "no-such-data";
}

static void
unavailable_plan(const struct workload_run *run, struct workload_plan *plan)
{
    (void)run;
    *plan = (struct workload_plan){ .batches = 1, .operations = 1, .peak_live_bytes = 1 };
}

static uint64_t
unavailable_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                  uint64_t batch)
{
    (void)m, (void)run, (void)thread;
    return batch;
}

const struct workload WORKLOAD = {
    .name = "unavailable",
    .summary = "nothing is made",
    .operation = "nothing",
    .threads_default = 1,
    .threads_max = 1,
    .prepare = unavailable_prepare,
    .plan = unavailable_plan,
    .batch = unavailable_batch,
};
