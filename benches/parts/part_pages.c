/* part_pages -- memory that comes from the system and goes back: large objects, made, written once
 * a page, and dropped.
 *
 * A batch makes as many as fill 64 MiB, which is more than managers like to keep for the next who
 * asks, and drops them all, the last one made first where each is freed.  Whoever gives memory back
 * takes it anew in each batch, and pays for both; whoever keeps it pays once.  Nothing small is in
 * between. */
#include "part.h"

static const char *const VARIANTS[] = { "64k", "1m", "16m", NULL };
static const size_t BYTES[] = { (size_t)64 << 10, (size_t)1 << 20, (size_t)16 << 20 };

static const struct pages_size {
    size_t bytes; /* of a batch */
    uint64_t batches;
} SIZES[WORKLOAD_SIZES] = {
    { (size_t)64 << 10, 2 },
    { (size_t)64 << 20, 6 },
    { (size_t)256 << 20, 16 },
};

/* In a smoke run all are small. */
static size_t
pages_bytes(const struct workload_run *run)
{
    size_t bytes = BYTES[run->variant], most = SIZES[run->size].bytes;
    return bytes < most ? bytes : most;
}

static void
part_pages_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = SIZES[run->size].batches,
        .operations = SIZES[run->size].bytes / PART_PAGE_BYTES,
        .peak_live_bytes = SIZES[run->size].bytes,
    };
}

static void
part_pages_setup(struct mm_mutator *m, const struct workload_run *run)
{
    (void)m, (void)run;
}

static uint64_t
part_pages_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                 uint64_t batch)
{
    (void)thread, (void)batch;
    MM_LOCALS(m, head);
    struct mm_scope scope = mm_scope_begin(m);
    size_t bytes = pages_bytes(run);
    uint64_t sum = 0;
    for (size_t made = 0; made < SIZES[run->size].bytes; made += bytes) {
        part_push(m, &locals->head, bytes);
        sum += part_touch(mm_get(locals->head), bytes);
    }
    part_drop(m, &locals->head, bytes);
    mm_scope_end(m, scope);
    return sum;
}

/* Nothing outlives a batch. */
static uint64_t
part_pages_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)m, (void)run;
    return 0;
}

const struct workload WORKLOAD = {
    .name = "part_pages",
    .summary = "large objects made, touched and dropped, 64 MiB at a time",
    .operation = "a page of 4 KiB touched",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_pages_plan,
    .setup = part_pages_setup,
    .batch = part_pages_batch,
    .teardown = part_pages_teardown,
};
