/* part_remote_free -- objects that one thread makes and another frees, always in one direction.
 *
 * Two tables go to and fro: the producer fills one while the consumer empties the other, then they
 * meet and exchange.  The producer never frees and the consumer never allocates, so every cell must
 * find its way back, or memory is taken anew without end.  With one thread (--threads 1) it does
 * both in turn: the same work, with nothing to find its way. */
#include "part.h"

/* The block that gives room is so large that it does not matter to the peak how far the consumer is
 * behind. */
enum { TABLES = 2, COUNT_MAX = 4096, THREADS_MAX = 2, ROOM_TIMES = 4 };

struct plain {
    uint64_t number;
};
struct table {
    uint64_t length;
};
MM_TYPE(PLAIN, struct plain, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS, .acyclic = true);

/* clang-format off */
#define EACH_SIZE(USE) USE(16, "16") USE(64, "64") USE(1024, "1k") USE(16384, "16k")
/* clang-format on */
#define SIZE_NAME(bytes, name) name,
#define SIZE_BYTES(bytes, name) bytes,

static const char *const VARIANTS[] = { EACH_SIZE(SIZE_NAME) NULL };
static const size_t BYTES[] = { EACH_SIZE(SIZE_BYTES) };

static const struct remote_size {
    size_t bytes;    /* of all objects of a table */
    uint64_t rounds; /* of a batch: tables filled and emptied */
    uint64_t batches;
} SIZES[WORKLOAD_SIZES] = {
    { 256, 2, 2 },
    { (size_t)1 << 20, 16, 16 },
    { (size_t)1 << 20, 64, 64 },
};

static mm_ref tables[TABLES];

static uint64_t
remote_count(const struct workload_run *run)
{
    size_t count = SIZES[run->size].bytes / BYTES[run->variant];
    return count < 1 ? 1 : count < COUNT_MAX ? count : COUNT_MAX;
}

/* One table is full while another is, if there is somebody to fill it. */
static void
part_remote_free_plan(const struct workload_run *run, struct workload_plan *plan)
{
    uint64_t n = remote_count(run);
    *plan = (struct workload_plan){
        .batches = SIZES[run->size].batches,
        .operations = n * SIZES[run->size].rounds,
        .peak_live_bytes = ROOM_TIMES * PART_BLOCK_BYTES[run->size] + TABLES * mm_size(&TABLE, n) +
                           run->threads * n * BYTES[run->variant],
    };
}

static void
part_remote_free_setup(struct mm_mutator *m, const struct workload_run *run)
{
    part_block_keep(m, ROOM_TIMES * PART_BLOCK_BYTES[run->size]);
    for (unsigned i = 0; i < TABLES; i++) {
        mm_global(m, &tables[i]);
        mm_take(m, &tables[i], mm_new_array(m, &TABLE, remote_count(run)));
        ((struct table *)mm_get(tables[i]))->length = remote_count(run);
    }
}

MM_INLINE void
remote_make(struct mm_mutator *m, const mm_ref *root, uint64_t n, size_t bytes)
{
    for (uint64_t i = 0; i < n; i++) {
        mm_owned fresh = mm_new_array(m, &PLAIN, bytes - sizeof(struct plain));
        ((struct plain *)mm_peek(fresh))->number = i;
        struct table *table = mm_get(*root);
        mm_store_new(m, table, mm_items(&TABLE, table) + i, fresh);
    }
}

MM_INLINE uint64_t
remote_drop(struct mm_mutator *m, const mm_ref *root, uint64_t n, size_t bytes)
{
    struct table *table = mm_get(*root);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        mm_ref *place = mm_items(&TABLE, table) + i;
        struct plain *plain = mm_get(*place);
        sum += plain->number;
        if (MM_FREES)
            mm_free_array(m, &PLAIN, plain, bytes - sizeof *plain);
        mm_store(m, table, place, NULL);
    }
    return sum;
}

#define SIZE_DEFINE(bytes, name)                                                              \
    static void remote_make_##bytes(struct mm_mutator *m, const mm_ref *root, uint64_t n)     \
    {                                                                                         \
        remote_make(m, root, n, bytes);                                                       \
    }                                                                                         \
    static uint64_t remote_drop_##bytes(struct mm_mutator *m, const mm_ref *root, uint64_t n) \
    {                                                                                         \
        return remote_drop(m, root, n, bytes);                                                \
    }
EACH_SIZE(SIZE_DEFINE)

#define SIZE_MAKE(bytes, name) remote_make_##bytes,
#define SIZE_DROP(bytes, name) remote_drop_##bytes,
static void (*const MAKE[])(struct mm_mutator *m, const mm_ref *root,
                            uint64_t n) = { EACH_SIZE(SIZE_MAKE) };
static uint64_t (*const DROP[])(struct mm_mutator *m, const mm_ref *root,
                                uint64_t n) = { EACH_SIZE(SIZE_DROP) };

/* In step i the producer fills table i, and the consumer empties the one filled in step i - 1; with
 * one thread each table is emptied as soon as it is filled. */
static uint64_t
part_remote_free_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                       uint64_t batch)
{
    (void)batch;
    uint64_t rounds = SIZES[run->size].rounds, n = remote_count(run), sum = 0;
    unsigned consumer = run->threads - 1, delay = consumer;
    for (uint64_t step = 0; step < rounds + delay; step++) {
        if (thread == 0 && step < rounds)
            MAKE[run->variant](m, &tables[step % TABLES], n);
        if (thread == consumer && step >= delay)
            sum += DROP[run->variant](m, &tables[(step - delay) % TABLES], n);
        workload_meet(m, run);
    }
    return sum;
}

static uint64_t
part_remote_free_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    uint64_t sum = 0;
    for (unsigned i = 0; i < TABLES; i++) {
        struct table *table = mm_get(tables[i]);
        sum += table->length;
        if (MM_FREES)
            mm_free_array(m, &TABLE, table, table->length);
        mm_set(m, &tables[i], NULL);
    }
    return workload_mix(sum, part_block_drop(m));
}

const struct workload WORKLOAD = {
    .name = "part_remote_free",
    .summary = "objects that one thread makes and the other frees",
    .operation = "an object made and dead",
    .variants = VARIANTS,
    .threads_default = THREADS_MAX,
    .threads_max = THREADS_MAX,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_remote_free_plan,
    .setup = part_remote_free_setup,
    .batch = part_remote_free_batch,
    .teardown = part_remote_free_teardown,
};
