/* part_free_order -- an object's whole way by size and by the order in which the objects die.
 *
 * A batch fills a table with objects of one size, and takes them out again: the last one first
 * (lifo), the first one first (fifo), or in an order drawn once (random).  All three go through a
 * list of indexes, so that nothing differs but the order.  In `random` the batches after the first
 * also make their objects in the order in which the last ones died. */
#include "part.h"

enum { COUNT_MAX = 1 << 14, SMOKE_COUNT = 8 };

struct plain {
    uint64_t number;
};
struct table {
    uint64_t length;
};
MM_TYPE(PLAIN, struct plain, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS, .acyclic = true);

enum order { ORDER_LIFO, ORDER_FIFO, ORDER_RANDOM, ORDERS };

/* Each size is a constant where objects are made and freed, as the types of a program are. */
/* clang-format off */
#define EACH_SIZE(USE) USE(8, "8") USE(64, "64") USE(4096, "4k") USE(65536, "64k")
/* clang-format on */
#define SIZE_NAMES(bytes, name) name "_lifo", name "_fifo", name "_random",
#define SIZE_BYTES(bytes, name) bytes,

static const char *const VARIANTS[] = { EACH_SIZE(SIZE_NAMES) NULL };
static const size_t BYTES[] = { EACH_SIZE(SIZE_BYTES) };

static const struct order_size {
    size_t bytes; /* of all objects */
    uint64_t batches;
} SIZES[WORKLOAD_SIZES] = {
    { (size_t)64 << 10, 2 },
    { (size_t)1 << 20, 64 },
    { (size_t)1 << 20, 512 },
};

static mm_ref table;
static uint32_t indexes[COUNT_MAX]; /* in the order in which the objects die */

static size_t
order_bytes(const struct workload_run *run)
{
    return BYTES[run->variant / ORDERS];
}

static uint32_t
order_count(const struct workload_run *run)
{
    size_t count = SIZES[run->size].bytes / order_bytes(run);
    size_t most = run->size == WORKLOAD_SMOKE ? SMOKE_COUNT : COUNT_MAX;
    return (uint32_t)(count < most ? count : most);
}

static void
part_free_order_plan(const struct workload_run *run, struct workload_plan *plan)
{
    uint64_t n = order_count(run);
    *plan = (struct workload_plan){
        .batches = SIZES[run->size].batches,
        .operations = n,
        .peak_live_bytes = PART_BLOCK_BYTES[run->size] + mm_size(&TABLE, n) + n * order_bytes(run),
    };
}

static void
part_free_order_setup(struct mm_mutator *m, const struct workload_run *run)
{
    uint32_t n = order_count(run);
    struct workload_random random = workload_random_seed(run->seed, UINT64_MAX);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t other = (uint32_t)workload_random_below(&random, i + 1);
        indexes[i] = run->variant % ORDERS == ORDER_LIFO ? n - 1 - i : i;
        if (run->variant % ORDERS == ORDER_RANDOM) {
            indexes[i] = indexes[other];
            indexes[other] = i;
        }
    }
    part_block_keep(m, PART_BLOCK_BYTES[run->size]);
    mm_global(m, &table);
    mm_take(m, &table, mm_new_array(m, &TABLE, n));
    ((struct table *)mm_get(table))->length = n;
}

MM_INLINE void
order_make(struct mm_mutator *m, uint32_t n, size_t bytes)
{
    for (uint32_t i = 0; i < n; i++) {
        mm_owned fresh = mm_new_array(m, &PLAIN, bytes - sizeof(struct plain));
        ((struct plain *)mm_peek(fresh))->number = i;
        struct table *all = mm_get(table);
        mm_store_new(m, all, mm_items(&TABLE, all) + i, fresh);
    }
}

MM_INLINE uint64_t
order_drop(struct mm_mutator *m, uint32_t n, size_t bytes)
{
    struct table *all = mm_get(table);
    mm_ref *places = mm_items(&TABLE, all);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        mm_ref *place = &places[indexes[i]];
        struct plain *plain = mm_get(*place);
        sum += plain->number;
        if (MM_FREES)
            mm_free_array(m, &PLAIN, plain, bytes - sizeof *plain);
        mm_store(m, all, place, NULL);
    }
    return sum;
}

#define SIZE_DEFINE(bytes, name)                                         \
    static uint64_t order_pass_##bytes(struct mm_mutator *m, uint32_t n) \
    {                                                                    \
        order_make(m, n, bytes);                                         \
        return order_drop(m, n, bytes);                                  \
    }
EACH_SIZE(SIZE_DEFINE)

#define SIZE_PASS(bytes, name) order_pass_##bytes,
static uint64_t (*const PASSES[])(struct mm_mutator *m, uint32_t n) = { EACH_SIZE(SIZE_PASS) };

static uint64_t
part_free_order_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                      uint64_t batch)
{
    (void)thread, (void)batch;
    struct mm_scope scope = mm_scope_begin(m);
    uint64_t sum = PASSES[run->variant / ORDERS](m, order_count(run));
    mm_scope_end(m, scope);
    return sum;
}

static uint64_t
part_free_order_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    struct table *all = mm_get(table);
    uint64_t length = all->length;
    if (MM_FREES)
        mm_free_array(m, &TABLE, all, length);
    mm_set(m, &table, NULL);
    return workload_mix(length, part_block_drop(m));
}

const struct workload WORKLOAD = {
    .name = "part_free_order",
    .summary = "a table of objects of one size, filled and emptied in some order",
    .operation = "an object made and dead",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_free_order_plan,
    .setup = part_free_order_setup,
    .batch = part_free_order_batch,
    .teardown = part_free_order_teardown,
};
