/* hungry.c -- a workload that asks for more memory than there can be. */
#include "workload_tools.h"

MM_TYPE(HUNGRY_TYPE, uint64_t, .tail = MM_TAIL_BYTES);

static void
hungry_plan(const struct workload_run *run, struct workload_plan *plan)
{
    (void)run;
    *plan = (struct workload_plan){ .batches = 1, .operations = 1, .peak_live_bytes = 1 << 20 };
}

static uint64_t
hungry_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread, uint64_t batch)
{
    (void)run, (void)thread;
    MM_LOCALS(m, array);
    mm_take(m, &locals->array, mm_new_array(m, &HUNGRY_TYPE, (size_t)1 << 46));
    uint64_t *first = mm_get(locals->array);
    *first = batch;
    return *first;
}

const struct workload WORKLOAD = {
    .name = "hungry",
    .summary = "one array larger than any memory",
    .operation = "an array",
    .threads_default = 1,
    .threads_max = 1,
    .plan = hungry_plan,
    .batch = hungry_batch,
};
