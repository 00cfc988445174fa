/* part_sweep -- finding free cells after a collection: the same objects made in wholly free memory,
 * and in holes between objects that live.
 *
 * Setup makes cells in one row: some live, the others are dropped; batch 0 collects.  The timed
 * batches then make exactly as many objects as there are free cells, and keep them.  Variants say
 * which cells are free: all of them; every second; every sixteenth; or half, in runs of sixteen.
 *
 * With H for what a hole costs, A for the rest of an allocation, and S for passing over a byte, an
 * object of 64 bytes takes A in `all`, A + H + 128 S in `second`, A + H + 1024 S in `sixteenth`,
 * and A + H/16 + 128 S in `runs`.  So S is the difference of sixteenth and second, over 896. */
#include "part.h"

enum { CELL_BYTES = 64, RUN_CELLS = 16, BATCHES = 16 };

enum sweep_variant { SWEEP_ALL, SWEEP_RUNS, SWEEP_SECOND, SWEEP_SIXTEENTH };
static const char *const VARIANTS[] = { "all", "runs", "second", "sixteenth", NULL };

/* Cells for each one that is free. */
static const uint64_t SPREAD[] = { 1, 2, 2, 16 };

static const uint64_t BATCH_COUNTS[WORKLOAD_SIZES] = { 4, 1 << 14, 1 << 16 };

static mm_ref living, made;
static struct mm_scope made_scope;

static uint64_t
sweep_cells(const struct workload_run *run)
{
    return BATCH_COUNTS[run->size] * BATCHES * SPREAD[run->variant];
}

static bool
sweep_is_free(const struct workload_run *run, uint64_t cell)
{
    if (run->variant == SWEEP_RUNS)
        return cell / RUN_CELLS % 2 == 0;
    return cell % SPREAD[run->variant] == 0;
}

static void
part_sweep_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = BATCHES,
        .operations = BATCH_COUNTS[run->size],
        .cold_operations = 1,
        .peak_live_bytes = sweep_cells(run) * CELL_BYTES,
    };
}

static void
part_sweep_setup(struct mm_mutator *m, const struct workload_run *run)
{
    MM_LOCALS(m, dying);
    mm_global(m, &living);
    mm_global(m, &made);
    for (uint64_t cell = 0; cell < sweep_cells(run); cell++)
        part_push(m, sweep_is_free(run, cell) ? &locals->dying : &living, CELL_BYTES);
    part_drop(m, &locals->dying, CELL_BYTES);
}

static uint64_t
part_sweep_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                 uint64_t batch)
{
    (void)thread;
    if (batch == 0) {
        mm_collect(m);
        return 0;
    }
    if (batch == 1)
        made_scope = mm_scope_begin(m);
    for (uint64_t i = 0; i < BATCH_COUNTS[run->size]; i++)
        part_push(m, &made, CELL_BYTES);
    return batch;
}

static uint64_t
part_sweep_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    uint64_t sum = workload_mix(part_length(&living), part_length(&made));
    part_drop(m, &made, CELL_BYTES);
    mm_scope_end(m, made_scope);
    part_drop(m, &living, CELL_BYTES);
    return sum;
}

static const char *const NEEDS[] = { "collects", NULL };

const struct workload WORKLOAD = {
    .name = "part_sweep",
    .summary = "objects made in the holes that a collection left, and kept",
    .operation = "an object made",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .needs = NEEDS,
    .fixed_live = true,
    .plan = part_sweep_plan,
    .setup = part_sweep_setup,
    .batch = part_sweep_batch,
    .teardown = part_sweep_teardown,
};
