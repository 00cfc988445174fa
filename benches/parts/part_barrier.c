/* part_barrier -- what mm_store costs, of references to and from old objects, idle and while a
 * cycle runs.
 *
 * A table of cells that have survived a collection is gone through from end to end; every cell has
 * one reference, which is overwritten.  What a barrier does once for an object and a cycle (it
 * remembers the writer, it marks what was overwritten) is spread over all passes: the figure is the
 * price of the test and of the call, but in `first`.  Managers without a barrier are the baseline.
 *
 *   old      an old object is stored, and no cycle runs
 *   young    an object that is new in each batch is stored
 *   first    the same, but no cell is written twice: whoever remembers writers must do so each time
 *   marking  an old object is stored while a cycle runs beside the program
 *
 * For `marking` a long chain lives too.  Batch 0 ends as soon as mm_stats says that a cycle runs;
 * the timed batches allocate nothing, so that whoever marks when the program allocates stays in it,
 * and are over before a thread can have marked the chain.  A row whose cycle began before the timed
 * part and ended after it bears the mark `marking`; one without the mark says nothing of barriers.
 */
#include "part.h"

enum barrier_variant { BARRIER_OLD, BARRIER_YOUNG, BARRIER_FIRST, BARRIER_MARKING };
static const char *const VARIANTS[] = { "old", "young", "first", "marking", NULL };

enum { BATCHES = 16, CHAIN_BYTES = 64, LOOKS = 64, REST_BYTES = 16 };

struct cell {
    mm_ref other;
    uint64_t number;
    unsigned char rest[REST_BYTES];
};
struct table {
    uint64_t length;
};
MM_TYPE(CELL, struct cell, .ref_words = MM_WORD(struct cell, other));
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS);

static const struct barrier_size {
    uint64_t stores; /* of one batch */
    uint64_t cells, chain;
} SIZES[WORKLOAD_SIZES] = {
    { 64, 16, 64 },
    { 1 << 16, 1 << 10, 2 << 20 },
    { 1 << 18, 1 << 10, 4 << 20 },
};

static mm_ref cells, values, chain;

static uint64_t
barrier_cells(const struct workload_run *run)
{
    const struct barrier_size *size = &SIZES[run->size];
    return run->variant == BARRIER_FIRST ? (BATCHES + 1) * size->stores : size->cells;
}

static uint64_t
barrier_chain(const struct workload_run *run)
{
    return run->variant == BARRIER_MARKING ? SIZES[run->size].chain : 0;
}

/* One more cell is new in a batch while that of the batch before still lives. */
static void
part_barrier_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = BATCHES,
        .operations = SIZES[run->size].stores,
        .peak_live_bytes = PART_BLOCK_BYTES[run->size] + mm_size(&TABLE, barrier_cells(run)) +
                           mm_size(&TABLE, 2) + (barrier_cells(run) + 3) * sizeof(struct cell) +
                           (barrier_chain(run) + 1) * CHAIN_BYTES,
    };
}

/* A table of so many new cells. */
static void
barrier_fill(struct mm_mutator *m, mm_ref *table, uint64_t length)
{
    mm_global(m, table);
    mm_take(m, table, mm_new_array(m, &TABLE, length));
    ((struct table *)mm_get(*table))->length = length;
    for (uint64_t i = 0; i < length; i++) {
        mm_owned fresh = mm_new(m, &CELL);
        ((struct cell *)mm_peek(fresh))->number = i + 1;
        struct table *holder = mm_get(*table);
        mm_store_new(m, holder, mm_items(&TABLE, holder) + i, fresh);
    }
}

static void
part_barrier_setup(struct mm_mutator *m, const struct workload_run *run)
{
    part_block_keep(m, PART_BLOCK_BYTES[run->size]);
    barrier_fill(m, &cells, barrier_cells(run));
    barrier_fill(m, &values, 2);
    mm_global(m, &chain);
    for (uint64_t i = 0; i < barrier_chain(run); i++)
        part_push(m, &chain, CHAIN_BYTES);
    mm_collect(m);
    mm_collect(m);
}

/* Makes garbage until a cycle runs; as much as lives, and half of that, is enough for anybody.  Who
 * does not look at writes has no cycle beside the program. */
static void
barrier_begin_cycle(struct mm_mutator *m, const struct workload_run *run)
{
    MM_LOCALS(m, brief);
    struct mm_stats stats = { .marking = false };
    uint64_t most = barrier_chain(run) * 3 / 2;
    for (uint64_t i = 0; MM_BARRIER && i < most && !stats.marking; i++) {
        part_push(m, &locals->brief, CHAIN_BYTES);
        part_drop(m, &locals->brief, CHAIN_BYTES);
        if (i % (most / LOOKS + 1) == 0) /* which may walk the heap */
            mm_stats(run->heap, &stats);
    }
}

/* Puts a new cell in the place of the batch before last's, which no cell refers to any more. */
static void
barrier_renew(struct mm_mutator *m, uint64_t batch)
{
    mm_owned fresh = mm_new(m, &CELL);
    struct cell *cell = mm_peek(fresh);
    cell->number = batch;
    struct table *table = mm_get(values);
    mm_ref *place = &mm_items(&TABLE, table)[batch % 2];
    struct cell *old = mm_get(*place);
    if (MM_FREES)
        mm_free(m, &CELL, old);
    mm_store_new(m, table, place, fresh);
}

/* Stores the value into one cell after the other, and again from the first one on. */
static void
barrier_store(struct mm_mutator *m, uint64_t from, uint64_t n, struct cell *value)
{
    struct table *table = mm_get(cells);
    const mm_ref *items = mm_items(&TABLE, table);
    uint64_t length = table->length;
    for (uint64_t i = from; n; n--) {
        struct cell *cell = mm_get(items[i]);
        mm_store(m, cell, &cell->other, value);
        i = i + 1 < length ? i + 1 : 0;
    }
}

static uint64_t
part_barrier_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                   uint64_t batch)
{
    (void)thread;
    uint64_t stores = SIZES[run->size].stores;
    if (run->variant == BARRIER_YOUNG)
        barrier_renew(m, batch);
    if (run->variant == BARRIER_FIRST && batch == 0)
        barrier_renew(m, batch);
    struct cell *value = mm_get(mm_items(&TABLE, mm_get(values))[batch % 2]);
    uint64_t from = run->variant == BARRIER_FIRST ? batch * stores : 0;
    uint64_t number = value->number;
    barrier_store(m, from, stores, value);
    if (run->variant == BARRIER_MARKING && batch == 0)
        barrier_begin_cycle(m, run);
    return number;
}

/* Drops a table and its cells; sums up what they refer to. */
static uint64_t
barrier_drop(struct mm_mutator *m, mm_ref *place)
{
    struct table *table = mm_get(*place);
    const mm_ref *items = mm_items(&TABLE, table);
    uint64_t sum = 0, length = table->length;
    for (uint64_t i = 0; i < length; i++) {
        struct cell *cell = mm_get(items[i]), *other = mm_get(cell->other);
        sum = workload_mix(sum, cell->number + (other ? other->number : 0));
    }
    for (uint64_t i = 0; MM_FREES && i < length; i++)
        mm_free(m, &CELL, mm_get(items[i]));
    if (MM_FREES)
        mm_free_array(m, &TABLE, table, length);
    mm_set(m, place, NULL);
    return sum;
}

static uint64_t
part_barrier_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    uint64_t sum = barrier_drop(m, &cells) + part_length(&chain);
    sum = workload_mix(sum, barrier_drop(m, &values));
    part_drop(m, &chain, CHAIN_BYTES);
    return workload_mix(sum, part_block_drop(m));
}

const struct workload WORKLOAD = {
    .name = "part_barrier",
    .summary = "old objects that are written again and again",
    .operation = "a store",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_barrier_plan,
    .setup = part_barrier_setup,
    .batch = part_barrier_batch,
    .teardown = part_barrier_teardown,
};
