/* part_counts -- what a reference costs that is stored to and fro, by whose the objects are that it
 * refers to.
 *
 * Each thread has a holder of its own, and stores references to two values into it in turn, so that
 * every store counts one value up and the other down, where that is done at all; neither falls to
 * zero.  Variants say whose values they are:
 *
 *   own      those that the thread made itself, and nobody else looks at
 *   foreign  those that the next thread made, and nobody else looks at
 *   shared   the same two for all threads: their counts go from core to core
 *
 * With one thread (--threads 1) all three are `own`. */
#include "part.h"

enum { VALUES = 2, THREADS_MAX = 64, LINE_BYTES = 128 };

enum counts_variant { COUNTS_OWN, COUNTS_FOREIGN, COUNTS_SHARED };
static const char *const VARIANTS[] = { "own", "foreign", "shared", NULL };

/* Alone on its cache lines: what is measured is the count, not a neighbour's. */
struct holder {
    unsigned char before[LINE_BYTES];
    mm_ref value;
    uint64_t number;
    unsigned char after[LINE_BYTES];
};
MM_TYPE(HOLDER, struct holder, .acyclic = true, .ref_words = MM_WORD(struct holder, value));

static const struct counts_size {
    uint64_t batches, stores; /* of one batch and thread */
} SIZES[WORKLOAD_SIZES] = { { 2, 16 }, { 16, 1 << 16 }, { 64, 1 << 18 } };

static mm_ref holders[THREADS_MAX], values[THREADS_MAX][VALUES];

static void
part_counts_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = SIZES[run->size].batches,
        .operations = run->threads * SIZES[run->size].stores,
        .peak_live_bytes = PART_BLOCK_BYTES[run->size] +
                           run->threads * (1 + VALUES) * sizeof(struct holder),
    };
}

static void
part_counts_setup(struct mm_mutator *m, const struct workload_run *run)
{
    part_block_keep(m, PART_BLOCK_BYTES[run->size]);
    for (unsigned i = 0; i < run->threads; i++) {
        mm_global(m, &holders[i]);
        for (unsigned j = 0; j < VALUES; j++)
            mm_global(m, &values[i][j]);
    }
}

static void
counts_make(struct mm_mutator *m, mm_ref *slot, uint64_t number)
{
    mm_take(m, slot, mm_new(m, &HOLDER));
    ((struct holder *)mm_get(*slot))->number = number;
}

/* The cold batch: every thread makes what is its own. */
static void
counts_prepare(struct mm_mutator *m, const struct workload_run *run, unsigned thread)
{
    counts_make(m, &holders[thread], thread);
    for (unsigned j = 0; j < VALUES; j++)
        counts_make(m, &values[thread][j], thread * VALUES + j);
    workload_meet(m, run);
}

/* Whose values a thread stores. */
static unsigned
counts_owner(const struct workload_run *run, unsigned thread)
{
    if (run->variant == COUNTS_SHARED)
        return 0;
    return run->variant == COUNTS_FOREIGN ? (thread + 1) % run->threads : thread;
}

static uint64_t
part_counts_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                  uint64_t batch)
{
    if (batch == 0)
        counts_prepare(m, run, thread);
    const mm_ref *mine = values[counts_owner(run, thread)];
    struct holder *holder = mm_get(holders[thread]);
    for (uint64_t i = 0; i < SIZES[run->size].stores; i += VALUES)
        for (unsigned j = 0; j < VALUES; j++)
            mm_store(m, holder, &holder->value, mm_get(mine[j]));
    uint64_t last = ((struct holder *)mm_get(holder->value))->number;
    mm_safepoint(m);
    return workload_mix(batch, last);
}

static void
counts_drop(struct mm_mutator *m, mm_ref *slot)
{
    if (MM_FREES)
        mm_free(m, &HOLDER, mm_get(*slot));
    mm_set(m, slot, NULL);
}

static uint64_t
part_counts_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < run->threads; i++) {
        struct holder *holder = mm_get(holders[i]);
        sum = workload_mix(sum, ((struct holder *)mm_get(holder->value))->number);
        counts_drop(m, &holders[i]);
    }
    for (unsigned i = 0; i < run->threads; i++)
        for (unsigned j = 0; j < VALUES; j++)
            counts_drop(m, &values[i][j]);
    return workload_mix(sum, part_block_drop(m));
}

const struct workload WORKLOAD = {
    .name = "part_counts",
    .summary = "two values that every thread stores references to, to and fro",
    .operation = "a store",
    .variants = VARIANTS,
    .threads_default = 2,
    .threads_max = THREADS_MAX,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_counts_plan,
    .setup = part_counts_setup,
    .batch = part_counts_batch,
    .teardown = part_counts_teardown,
};
