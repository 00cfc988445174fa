/* part_reset -- what it costs that a scope begins and ends, by what was made in it.
 *
 * A batch goes through scopes one after the other, and each makes objects of 1 KiB, few enough that
 * making them does not hide the rest; only the first word of each is written, and nothing is alive
 * between two scopes.
 *
 *   0                  nothing is made: the calls alone
 *   1k, 64k, 1m, 16m   so many bytes: an arena does not look at them, others free chunk by chunk
 *   mixed              1 MiB in every 64th scope, 1 KiB in the others: whoever gives memory back
 *                      when a scope ends, or soon after, takes it anew for the next large one
 *   deep               1 KiB in the innermost of eight scopes, each in the one before
 *
 * Managers that reclaim nothing at the end of a scope are not raced. */
#include "part.h"

enum { OBJECT_BYTES = 1024, LARGE_EACH = 64, DEPTH = 8, SMOKE_SCOPES = 16, SMOKE_BYTES = 16 << 10 };

static const char *const VARIANTS[] = { "0", "1k", "64k", "1m", "16m", "mixed", "deep", NULL };

static const struct reset_variant {
    size_t most, least; /* bytes made in a scope, in every LARGE_EACH-th and in the others */
    unsigned depth;
    uint64_t scopes; /* of a batch, the outer ones too */
} KINDS[] = {
    { 0, 0, 1, 1 << 16 },
    { 1 << 10, 1 << 10, 1, 1 << 16 },
    { 64 << 10, 64 << 10, 1, 1 << 11 },
    { 1 << 20, 1 << 20, 1, 1 << 7 },
    { 16 << 20, 16 << 20, 1, 1 << 3 },
    { 1 << 20, 1 << 10, 1, 1 << 12 },
    { 1 << 10, 1 << 10, DEPTH, 1 << 16 },
};

static const uint64_t BATCHES[WORKLOAD_SIZES] = { 2, 32, 256 };

static const struct reset_variant *
reset_kind(const struct workload_run *run)
{
    return &KINDS[run->variant];
}

/* In a smoke run the referee looks at all objects at every call. */
static uint64_t
reset_scopes(const struct workload_run *run)
{
    return run->size == WORKLOAD_SMOKE ? SMOKE_SCOPES : reset_kind(run)->scopes;
}

static size_t
reset_bytes(const struct workload_run *run, uint64_t scope)
{
    const struct reset_variant *kind = reset_kind(run);
    size_t bytes = scope % LARGE_EACH == 0 ? kind->most : kind->least;
    return run->size == WORKLOAD_SMOKE && bytes > SMOKE_BYTES ? SMOKE_BYTES : bytes;
}

static void
part_reset_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = BATCHES[run->size],
        .operations = reset_scopes(run),
        .peak_live_bytes = PART_BLOCK_BYTES[run->size] + reset_bytes(run, 0),
    };
}

static void
part_reset_setup(struct mm_mutator *m, const struct workload_run *run)
{
    part_block_keep(m, PART_BLOCK_BYTES[run->size]);
}

/* Goes through scopes, one in the other, of which the innermost has so many bytes; says how many
 * objects it had. */
static uint64_t
reset_scope(struct mm_mutator *m, unsigned depth, size_t bytes)
{
    MM_LOCALS(m, head);
    struct mm_scope scope = mm_scope_begin(m);
    uint64_t made = 0;
    if (depth > 1)
        made = reset_scope(m, depth - 1, bytes);
    else
        for (; made < bytes / OBJECT_BYTES; made++)
            part_push(m, &locals->head, OBJECT_BYTES);
    part_drop(m, &locals->head, OBJECT_BYTES);
    mm_scope_end(m, scope);
    return made;
}

static uint64_t
part_reset_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                 uint64_t batch)
{
    (void)thread;
    unsigned depth = reset_kind(run)->depth;
    uint64_t sum = batch;
    for (uint64_t scope = 0; scope < reset_scopes(run); scope += depth)
        sum += reset_scope(m, depth, reset_bytes(run, scope));
    return sum;
}

static uint64_t
part_reset_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    return part_block_drop(m);
}

static const char *const NEEDS[] = { "scopes", NULL };

const struct workload WORKLOAD = {
    .name = "part_reset",
    .summary = "scopes one after the other, and what was made in each",
    .operation = "a scope begun and ended",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .needs = NEEDS,
    .fixed_live = true,
    .plan = part_reset_plan,
    .setup = part_reset_setup,
    .batch = part_reset_batch,
    .teardown = part_reset_teardown,
};
