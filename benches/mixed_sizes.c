/* mixed_sizes -- blocks of 16 bytes to 32 KiB, each replaced after a short or a long life.
 *
 * Lifetimes: a table of 2^k - 1 slots is cut into k regions of 1, 2, 4 .. slots.  Each step picks
 * a region, then a slot in it, and replaces the block there: a block in the first region lives
 * for some k steps, one in the last for k * 2^(k-1).  Sizes follow the inverse-square law, so
 * every octave of sizes has the same share of the bytes.
 *
 * Stresses: fragmentation.  Long-lived blocks of every size stay scattered among short-lived
 * ones, and large blocks must find room between them.  A block is written at both ends only:
 * filling it would measure memset. */
#include "workload_tools.h"

struct block {
    uint32_t bytes, stamp;
};
struct table {
    uint64_t length;
};
MM_TYPE(BLOCK, struct block, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS, .acyclic = true);

enum { LEAST_BYTES = 16, MOST_BYTES = 32768, REGIONS_MAX = 21 };

struct mixed_sizes_shape {
    unsigned regions;
    uint64_t batches, steps; /* steps of one batch */
};
static const struct mixed_sizes_shape SHAPES[WORKLOAD_SIZES] = {
    [WORKLOAD_SMOKE] = { 10, 2, 1000 },
    [WORKLOAD_NORMAL] = { 17, 16, 100000 },
    [WORKLOAD_LARGE] = { REGIONS_MAX, 16, 1600000 },
};

static mm_ref mixed_sizes_table;
static struct workload_random mixed_sizes_random;

static uint32_t
size_next(struct workload_random *random)
{
    const double low = 1.0 / (MOST_BYTES + 1), high = 1.0 / LEAST_BYTES;
    double unit = (double)(workload_random_next(random) >> 11) * 0x1p-53;
    return (uint32_t)(1.0 / (high - unit * (high - low)));
}

static uint64_t
slot_next(struct workload_random *random, unsigned regions)
{
    uint64_t slots = UINT64_C(1) << workload_random_below(random, regions);
    return slots - 1 + workload_random_below(random, slots);
}

static uint64_t
slots_of(const struct mixed_sizes_shape *shape)
{
    return (UINT64_C(1) << shape->regions) - 1;
}

/* The new block lives before the old one dies. */
static uint64_t
peak_of(const struct mixed_sizes_shape *shape, uint64_t seed)
{
    static uint16_t sizes[(1 << REGIONS_MAX) - 1];
    struct workload_random random = workload_random_seed(seed, 0);
    uint64_t live = mm_size(&TABLE, slots_of(shape)), peak;
    for (uint64_t i = 0; i < slots_of(shape); i++)
        live += sizes[i] = (uint16_t)size_next(&random);
    peak = live;
    for (uint64_t step = 0; step < (shape->batches + 1) * shape->steps; step++) {
        uint64_t slot = slot_next(&random, shape->regions);
        uint32_t size = size_next(&random);
        if (live + size > peak)
            peak = live + size;
        live += size - (uint64_t)sizes[slot];
        sizes[slot] = (uint16_t)size;
    }
    return peak;
}

static void
mixed_sizes_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct mixed_sizes_shape *shape = &SHAPES[run->size];
    plan->batches = shape->batches;
    plan->operations = shape->steps;
    plan->peak_live_bytes = peak_of(shape, run->seed);
}

static mm_owned
block_new(struct mm_mutator *m, uint32_t size, uint32_t stamp)
{
    size_t n = size - sizeof(struct block);
    mm_owned self = mm_new_array(m, &BLOCK, n);
    struct block *block = mm_peek(self);
    block->bytes = (uint32_t)n;
    block->stamp = stamp;
    ((unsigned char *)mm_tail(&BLOCK, block))[n - 1] = (unsigned char)stamp;
    return self;
}

static uint64_t
block_sum(struct block *block)
{
    unsigned char *bytes = mm_tail(&BLOCK, block);
    return workload_mix(block->stamp, block->bytes) + bytes[block->bytes - 1];
}

static void
mixed_sizes_setup(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t slots = slots_of(&SHAPES[run->size]);
    mixed_sizes_random = workload_random_seed(run->seed, 0);
    mm_global(m, &mixed_sizes_table);
    mm_take(m, &mixed_sizes_table, mm_new_array(m, &TABLE, slots));
    ((struct table *)mm_get(mixed_sizes_table))->length = slots;
    for (uint64_t i = 0; i < slots; i++) {
        mm_owned block = block_new(m, size_next(&mixed_sizes_random), (uint32_t)i);
        struct table *table = mm_get(mixed_sizes_table);
        mm_store_new(m, table, mm_items(&TABLE, table) + i, block);
    }
}

static uint64_t
mixed_sizes_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                  uint64_t batch)
{
    (void)thread;
    const struct mixed_sizes_shape *shape = &SHAPES[run->size];
    struct workload_random random = mixed_sizes_random;
    uint64_t sum = 0;
    for (uint64_t step = 0; step < shape->steps; step++) {
        uint64_t slot = slot_next(&random, shape->regions);
        uint32_t stamp = (uint32_t)(batch * shape->steps + step);
        mm_owned block = block_new(m, size_next(&random), stamp);
        struct table *table = mm_get(mixed_sizes_table);
        mm_ref *place = mm_items(&TABLE, table) + slot;
        struct block *old = mm_get(*place);
        sum += block_sum(old);
        if (MM_FREES)
            mm_free_array(m, &BLOCK, old, old->bytes);
        mm_store_new(m, table, place, block);
    }
    mixed_sizes_random = random;
    return sum;
}

static uint64_t
mixed_sizes_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    struct table *table = mm_get(mixed_sizes_table);
    mm_ref *places = mm_items(&TABLE, table);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < table->length; i++) {
        struct block *block = mm_get(places[i]);
        sum = workload_mix(sum, block_sum(block));
        if (MM_FREES)
            mm_free_array(m, &BLOCK, block, block->bytes);
    }
    if (MM_FREES)
        mm_free_array(m, &TABLE, table, table->length);
    mm_set(m, &mixed_sizes_table, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "mixed_sizes",
    .summary =
        "16 bytes to 32 KiB by the inverse-square law, lives from some steps to the whole run",
    .operation = "a block replaced",
    .threads_default = 1,
    .threads_max = 1,
    .plan = mixed_sizes_plan,
    .setup = mixed_sizes_setup,
    .batch = mixed_sizes_batch,
    .teardown = mixed_sizes_teardown,
};
