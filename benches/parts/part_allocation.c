/* part_allocation -- the fast path of allocation by size, and nothing else: no death, no
 * collection, no first touch.
 *
 * Batch 0 makes all objects once and drops them, and has them collected where that is how deaths
 * are learnt: the memory is then the manager's own, and free.  One more object, made after them
 * all, stays, since malloc may give back what lies behind the last object alive.  The timed batches
 * make them again and keep them; they die in teardown. A block that nobody touches is four times as
 * large, so that in a heap of twice the peak they fill a sixth of the limit, and no collector has a
 * reason to begin (an object of 8 bytes may take 16).
 */
#include "part_sizes.h"

enum { ROOM_TIMES = 4, BATCHES = 16, PAGE_BYTES = 4096 };

/* Payload of all objects; the room is a multiple of it. */
static const size_t TOTALS[WORKLOAD_SIZES] = { (size_t)64 << 10, (size_t)64 << 20,
                                               (size_t)256 << 20 };

static mm_ref kept, last;
static struct mm_scope kept_scope;

/* Objects of one batch. */
static uint64_t
allocation_count(const struct workload_run *run)
{
    return part_count(run, TOTALS[run->size] / BATCHES);
}

/* Where an object takes pages of its own, fresh ones may be taken before those of the dead, until
 * all the room was used once. */
static unsigned
allocation_warm_times(const struct workload_run *run)
{
    return PART_SIZES[run->variant] < PAGE_BYTES ? 1 : 2 * ROOM_TIMES;
}

static void
part_allocation_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = BATCHES,
        .operations = allocation_count(run),
        .cold_operations = allocation_warm_times(run) * BATCHES * allocation_count(run),
        .peak_live_bytes = ROOM_TIMES * TOTALS[run->size] +
                           (BATCHES * allocation_count(run) + 1) * PART_SIZES[run->variant],
    };
}

static void
part_allocation_setup(struct mm_mutator *m, const struct workload_run *run)
{
    mm_global(m, &kept);
    mm_global(m, &last);
    part_block_keep(m, ROOM_TIMES * TOTALS[run->size]);
}

/* Makes all objects and drops them; the first time, one stays that was made after them. */
static void
allocation_warm(struct mm_mutator *m, const struct workload_run *run)
{
    size_t bytes = PART_SIZES[run->variant], rest = bytes - sizeof(struct part_link);
    struct mm_scope scope = mm_scope_begin(m);
    PART_MAKE[run->variant](m, &kept, BATCHES * allocation_count(run));
    if (!mm_get(last))
        mm_take(m, &last, mm_new_array_in(m, mm_scope_program(m), &PART_LINK, rest));
    part_drop(m, &kept, bytes);
    mm_scope_end(m, scope);
    if (!MM_FREES && !MM_SCOPES)
        mm_collect(m);
}

static uint64_t
part_allocation_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                      uint64_t batch)
{
    (void)thread;
    uint64_t n = allocation_count(run);
    for (unsigned i = 0; batch == 0 && i < allocation_warm_times(run); i++)
        allocation_warm(m, run);
    if (batch == 0)
        return 0;
    if (batch == 1)
        kept_scope = mm_scope_begin(m);
    PART_MAKE[run->variant](m, &kept, n);
    return n;
}

static uint64_t
part_allocation_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t sum = part_length(&kept);
    part_drop(m, &kept, PART_SIZES[run->variant]);
    mm_scope_end(m, kept_scope);
    part_drop(m, &last, PART_SIZES[run->variant]);
    return workload_mix(sum, part_block_drop(m));
}

const struct workload WORKLOAD = {
    .name = "part_allocation",
    .summary = "objects of one size, made in memory that is warm, and kept",
    .operation = "an object made",
    .variants = PART_SIZE_NAMES,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_allocation_plan,
    .setup = part_allocation_setup,
    .batch = part_allocation_batch,
    .teardown = part_allocation_teardown,
};
