/* migrate -- blocks of 10 to 500 bytes that are freed by another thread than their maker.
 *
 * Lifetimes: a thread replaces random blocks of an array; then all threads meet, and every array
 * goes on to the next thread.  So a block dies after as many steps as there are blocks, give or
 * take, in the hands of whichever thread has the array then.  After "Memory allocation for
 * long-running server applications" (Larson and Krishnan 1998), where threads end and hand their
 * array to a successor; here the same threads go round.
 *
 * Stresses: the way of a freed block back to its maker, and the memory that stays with a thread
 * that does not need it.  With one thread it is random replacement alone. */
#include "workload_tools.h"

struct block {
    uint32_t bytes, stamp; /* bytes of the tail */
};
struct array {
    uint64_t length;
};
MM_TYPE(BLOCK, struct block, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(ARRAY, struct array, .tail = MM_TAIL_REFS, .acyclic = true);

enum { LEAST_BYTES = 10, MOST_BYTES = 500, MEAN_BYTES = (LEAST_BYTES + MOST_BYTES) / 2 };
enum { THREADS_MAX = 64, CACHE_LINE_BYTES = 64, SLACK_LEAST_BYTES = 128, SLACK_PART = 64 };
_Static_assert(LEAST_BYTES > sizeof(struct block), "a block has a tail");

struct migrate_shape {
    uint64_t slots, batches, steps, hands; /* slots and steps of all threads; hands: of one batch */
};
static const struct migrate_shape SHAPES[WORKLOAD_SIZES] = {
    [WORKLOAD_SMOKE] = { 1024, 2, 1024, 2 },
    [WORKLOAD_NORMAL] = { 1 << 16, 16, 49152, 2 },
    [WORKLOAD_LARGE] = { 1 << 20, 16, 819200, 2 },
};

/* An array's own random numbers and size, so that what happens to it depends on no other's pace.
 * The sizes of its blocks add up to their mean, give or take a 64th: a size that would lead out
 * of these bounds is drawn again.  So the peak is known, whatever the order of the threads. */
struct hoard {
    _Alignas(CACHE_LINE_BYTES) struct workload_random random;
    uint64_t live_bytes;
};
static struct hoard migrate_hoards[THREADS_MAX];
static mm_ref migrate_arrays[THREADS_MAX];

static uint64_t
slots_of(const struct workload_run *run)
{
    return SHAPES[run->size].slots / run->threads;
}

static uint64_t
steps_of(const struct workload_run *run)
{
    const struct migrate_shape *shape = &SHAPES[run->size];
    return shape->steps / shape->hands / run->threads;
}

static uint64_t
slack_of(uint64_t blocks)
{
    uint64_t slack = blocks * MEAN_BYTES / SLACK_PART;
    return slack > SLACK_LEAST_BYTES ? slack : SLACK_LEAST_BYTES;
}

static void
migrate_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct migrate_shape *shape = &SHAPES[run->size];
    uint64_t slots = slots_of(run);
    *plan = (struct workload_plan){
        .batches = shape->batches,
        .operations = steps_of(run) * shape->hands * run->threads,
        .peak_live_bytes = run->threads *
                           (mm_size(&ARRAY, slots) + slots * MEAN_BYTES + slack_of(slots)),
    };
}

/* The size of the next block, when the hoard is to have that many. */
static uint32_t
size_next(struct hoard *hoard, uint64_t blocks)
{
    uint64_t mean = blocks * MEAN_BYTES, slack = slack_of(blocks);
    for (;;) {
        uint64_t size = LEAST_BYTES +
                        workload_random_below(&hoard->random, MOST_BYTES - LEAST_BYTES + 1);
        uint64_t live_bytes = hoard->live_bytes + size;
        if (live_bytes + slack >= mean && live_bytes <= mean + slack) {
            hoard->live_bytes = live_bytes;
            return (uint32_t)size;
        }
    }
}

static mm_owned
block_new(struct mm_mutator *m, uint32_t size, uint32_t stamp)
{
    size_t n = size - sizeof(struct block);
    mm_owned self = mm_new_array(m, &BLOCK, n);
    struct block *block = mm_peek(self);
    block->bytes = (uint32_t)n;
    block->stamp = stamp;
    unsigned char *bytes = mm_tail(&BLOCK, block);
    bytes[0] = (unsigned char)stamp;
    bytes[n - 1] = (unsigned char)(stamp >> 8);
    return self;
}

static uint64_t
block_sum(struct block *block)
{
    unsigned char *bytes = mm_tail(&BLOCK, block);
    return workload_mix(block->stamp, block->bytes) + bytes[0] + bytes[block->bytes - 1];
}

static void
migrate_setup(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t slots = slots_of(run);
    for (unsigned i = 0; i < run->threads; i++) {
        struct hoard *hoard = &migrate_hoards[i];
        *hoard = (struct hoard){ .random = workload_random_seed(run->seed, i) };
        mm_global(m, &migrate_arrays[i]);
        mm_take(m, &migrate_arrays[i], mm_new_array(m, &ARRAY, slots));
        ((struct array *)mm_get(migrate_arrays[i]))->length = slots;
        for (uint64_t slot = 0; slot < slots; slot++) {
            mm_owned block = block_new(m, size_next(hoard, slot + 1), (uint32_t)slot);
            struct array *array = mm_get(migrate_arrays[i]);
            mm_store_new(m, array, mm_items(&ARRAY, array) + slot, block);
        }
    }
}

/* Frees a random block, and puts one of another size in its place; as often as `steps`. */
static uint64_t
hoard_replace(struct mm_mutator *m, struct hoard *hoard, const mm_ref *root, uint64_t steps)
{
    uint64_t slots = ((struct array *)mm_get(*root))->length;
    uint64_t sum = 0;
    for (uint64_t step = 0; step < steps; step++) {
        uint64_t slot = workload_random_below(&hoard->random, slots);
        struct array *array = mm_get(*root);
        mm_ref *place = mm_items(&ARRAY, array) + slot;
        struct block *old = mm_get(*place);
        sum += block_sum(old);
        hoard->live_bytes -= mm_size(&BLOCK, old->bytes);
        if (MM_FREES)
            mm_free_array(m, &BLOCK, old, old->bytes);
        mm_store(m, array, place, NULL);
        mm_owned block = block_new(m, size_next(hoard, slots), (uint32_t)(sum >> 32));
        array = mm_get(*root);
        mm_store_new(m, array, mm_items(&ARRAY, array) + slot, block);
    }
    return sum;
}

static uint64_t
migrate_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread, uint64_t batch)
{
    uint64_t hands = SHAPES[run->size].hands, sum = 0;
    for (uint64_t hand = batch * hands; hand < (batch + 1) * hands; hand++) {
        uint64_t index = (thread + hand) % run->threads;
        sum += hoard_replace(m, &migrate_hoards[index], &migrate_arrays[index], steps_of(run));
        workload_meet(m, run);
    }
    return sum;
}

static uint64_t
migrate_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < run->threads; i++) {
        struct array *array = mm_get(migrate_arrays[i]);
        mm_ref *places = mm_items(&ARRAY, array);
        for (uint64_t slot = 0; slot < array->length; slot++) {
            struct block *block = mm_get(places[slot]);
            sum = workload_mix(sum, block_sum(block));
            if (MM_FREES)
                mm_free_array(m, &BLOCK, block, block->bytes);
        }
        if (MM_FREES)
            mm_free_array(m, &ARRAY, array, array->length);
        mm_set(m, &migrate_arrays[i], NULL);
    }
    return sum;
}

const struct workload WORKLOAD = {
    .name = "migrate",
    .summary = "10 to 500 bytes, replaced at random in arrays that go from thread to thread",
    .operation = "a block replaced",
    .threads_default = 2,
    .threads_max = THREADS_MAX,
    .plan = migrate_plan,
    .setup = migrate_setup,
    .batch = migrate_batch,
    .teardown = migrate_teardown,
};
