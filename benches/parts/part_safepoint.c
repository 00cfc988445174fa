/* part_safepoint -- how long a thread that wants a collection waits for the others to stand still.
 *
 * One thread calls mm_collect again and again on a heap with next to nothing in it, so that what is
 * timed is the asking, the waiting and the going on.  Variants say what the others do meanwhile:
 *
 *   parked      they are parked, and nobody waits for them: the baseline
 *   loop        a loop with a safepoint in each turn
 *   allocating  they make and drop small objects
 *
 * The time to stop and to go on is the difference to `parked`; the time to stop alone is recorded
 * (time_to_stop_p99_ns).  Each thread needs a core of its own: else it is the kernel's time slice
 * that is measured. */
#include "part.h"

enum { SMALL_BYTES = 64, SAFEPOINT_THREADS_MAX = 64 };

enum safepoint_variant { SAFEPOINT_PARKED, SAFEPOINT_LOOP, SAFEPOINT_ALLOCATING };
static const char *const VARIANTS[] = { "parked", "loop", "allocating", NULL };

static const struct safepoint_size {
    uint64_t batches, collections; /* of one batch */
} SIZES[WORKLOAD_SIZES] = { { 2, 5 }, { 20, 500 }, { 100, 500 } };

static uint64_t over; /* atomic: batches whose collections have been, and one more */

static void
part_safepoint_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = SIZES[run->size].batches,
        .operations = SIZES[run->size].collections,
        .peak_live_bytes = PART_BLOCK_BYTES[run->size] + run->threads * SMALL_BYTES,
    };
}

static void
part_safepoint_setup(struct mm_mutator *m, const struct workload_run *run)
{
    over = 0;
    part_block_keep(m, PART_BLOCK_BYTES[run->size]);
}

/* What the others do until the batch is over. */
static void
safepoint_loop(struct mm_mutator *m, uint64_t batch)
{
    while (MM_LOAD_RELAXED(&over) <= batch)
        mm_safepoint(m);
}

static void
safepoint_allocate(struct mm_mutator *m, uint64_t batch)
{
    MM_LOCALS(m, brief);
    while (MM_LOAD_RELAXED(&over) <= batch) {
        struct mm_scope scope = mm_scope_begin(m);
        for (unsigned i = 0; i < SMALL_BYTES; i++) {
            part_push(m, &locals->brief, SMALL_BYTES);
            part_drop(m, &locals->brief, SMALL_BYTES);
        }
        mm_scope_end(m, scope);
    }
}

static uint64_t
part_safepoint_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                     uint64_t batch)
{
    workload_meet(m, run);
    if (thread == 0) {
        for (uint64_t i = 0; i < SIZES[run->size].collections; i++)
            mm_collect(m);
        MM_STORE_RELAXED(&over, batch + 1);
    } else if (run->variant == SAFEPOINT_LOOP) {
        safepoint_loop(m, batch);
    } else if (run->variant == SAFEPOINT_ALLOCATING) {
        safepoint_allocate(m, batch);
    }
    workload_meet(m, run);
    return batch + thread;
}

static uint64_t
part_safepoint_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    return part_block_drop(m);
}

static const char *const NEEDS[] = { "collects", NULL };

const struct workload WORKLOAD = {
    .name = "part_safepoint",
    .summary = "next to nothing; one thread collects while the others run",
    .operation = "a collection asked for",
    .variants = VARIANTS,
    .threads_default = 2,
    .threads_max = SAFEPOINT_THREADS_MAX,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .needs = NEEDS,
    .fixed_live = true,
    .plan = part_safepoint_plan,
    .setup = part_safepoint_setup,
    .batch = part_safepoint_batch,
    .teardown = part_safepoint_teardown,
};
