/* meeting.c -- a workload whose threads hand each other numbers at every meeting: they must all be
 * there, and start and end together. */
#include "workload_tools.h"

enum { THREADS_MAX = 4, ROUNDS = 50 };

static const char *const VARIANTS[] = { "once", "twice", NULL };
static uint64_t handed[THREADS_MAX];

MM_TYPE(NOTE_TYPE, uint64_t);

static void
meeting_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){ .batches = 4,
                                    .operations = run->threads * ROUNDS * (run->variant + 1),
                                    .peak_live_bytes = 8 * run->threads };
}

static uint64_t
meeting_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread, uint64_t batch)
{
    uint64_t sum = 0;
    MM_LOCALS(m, note);
    for (uint64_t round = 0; round < ROUNDS * (run->variant + 1); round++) {
        mm_take(m, &locals->note, mm_new(m, &NOTE_TYPE));
        uint64_t *note = mm_get(locals->note);
        *note = workload_mix(batch + round, thread);
        handed[thread] = *note;
        if (MM_FREES)
            mm_free(m, &NOTE_TYPE, note);
        workload_meet(m, run);
        sum = workload_mix(sum, handed[(thread + 1) % run->threads]);
        workload_meet(m, run);
    }
    return sum;
}

const struct workload WORKLOAD = {
    .name = "meeting",
    .summary = "one small object a thread",
    .operation = "a meeting",
    .variants = VARIANTS,
    .threads_default = 2,
    .threads_max = THREADS_MAX,
    .plan = meeting_plan,
    .batch = meeting_batch,
};
