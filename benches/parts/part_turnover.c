/* part_turnover -- an object's whole way by size: made, and dead again soon after.
 *
 * A batch makes a mebibyte of objects and drops them, the last one first where each is freed.  This
 * is the steady state of a program whose objects die young: malloc hands out what was given back
 * just now, a collector goes through all of its heap and then collects, a counter takes a chain
 * apart.  A block that nobody touches gives collectors room for some batches. */
#include "part_sizes.h"

/* Batch 0 does the work of so many, and goes through all the room there is. */
enum { WARM_TIMES = 32 };

static const struct turnover_size {
    size_t chain_bytes;
    uint64_t batches;
} SIZES[WORKLOAD_SIZES] = {
    { (size_t)64 << 10, 4 },
    { (size_t)1 << 20, 128 },
    { (size_t)1 << 20, 1024 },
};

static uint64_t
turnover_count(const struct workload_run *run)
{
    return part_count(run, SIZES[run->size].chain_bytes);
}

static void
part_turnover_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct turnover_size *size = &SIZES[run->size];
    *plan = (struct workload_plan){
        .batches = size->batches,
        .operations = turnover_count(run),
        .cold_operations = WARM_TIMES * turnover_count(run),
        .peak_live_bytes = PART_BLOCK_BYTES[run->size] +
                           turnover_count(run) * PART_SIZES[run->variant],
    };
}

static void
part_turnover_setup(struct mm_mutator *m, const struct workload_run *run)
{
    part_block_keep(m, PART_BLOCK_BYTES[run->size]);
}

static uint64_t
turnover_chain(struct mm_mutator *m, const struct workload_run *run, uint64_t batch)
{
    MM_LOCALS(m, head);
    struct mm_scope scope = mm_scope_begin(m);
    PART_MAKE[run->variant](m, &locals->head, turnover_count(run));
    uint64_t sum = mm_get(locals->head) ? batch : 0;
    part_drop(m, &locals->head, PART_SIZES[run->variant]);
    mm_scope_end(m, scope);
    return sum;
}

static uint64_t
part_turnover_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                    uint64_t batch)
{
    (void)thread;
    for (unsigned i = 1; batch == 0 && i < WARM_TIMES; i++)
        (void)turnover_chain(m, run, batch);
    return turnover_chain(m, run, batch);
}

static uint64_t
part_turnover_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    return part_block_drop(m);
}

const struct workload WORKLOAD = {
    .name = "part_turnover",
    .summary = "objects of one size, made and dropped a mebibyte at a time",
    .operation = "an object made and dead",
    .variants = PART_SIZE_NAMES,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_turnover_plan,
    .setup = part_turnover_setup,
    .batch = part_turnover_batch,
    .teardown = part_turnover_teardown,
};
