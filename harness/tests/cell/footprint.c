/* footprint.c -- a workload that has much memory before there is a heap, and little in it: the peak
 * of the process in RAM must not know of the time before. */
#include "workload_tools.h"

#include <stdlib.h>

enum { BEFORE_BYTES = 64 << 20, ARRAY_BYTES = 16 << 20 };

MM_TYPE(FOOTPRINT_TYPE, uint64_t, .tail = MM_TAIL_BYTES);

static const char *
footprint_prepare(const struct workload_run *run)
{
    (void)run;
    char *before = malloc(BEFORE_BYTES);
    if (!before)
        return "with 64 MB of memory";
    memset(before, 1, BEFORE_BYTES);
    MM_OPAQUE(before);
    free(before);
    return NULL;
}

static void
footprint_plan(const struct workload_run *run, struct workload_plan *plan)
{
    (void)run;
    *plan = (struct workload_plan){ .batches = 2, .operations = 1, .peak_live_bytes = ARRAY_BYTES };
}

static uint64_t
footprint_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                uint64_t batch)
{
    (void)run, (void)thread;
    MM_LOCALS(m, array);
    mm_take(m, &locals->array, mm_new_array(m, &FOOTPRINT_TYPE, ARRAY_BYTES));
    char *bytes = mm_tail(&FOOTPRINT_TYPE, mm_get(locals->array));
    memset(bytes, (int)batch, ARRAY_BYTES);
    uint64_t sum = (uint64_t)bytes[ARRAY_BYTES / 2] + 1;
    if (MM_FREES)
        mm_free_array(m, &FOOTPRINT_TYPE, mm_get(locals->array), ARRAY_BYTES);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "footprint",
    .summary = "one array at a time, of 16 MB",
    .operation = "an array",
    .threads_default = 1,
    .threads_max = 1,
    .prepare = footprint_prepare,
    .plan = footprint_plan,
    .batch = footprint_batch,
};
