/* part_nulling -- what it costs that references are null in a new object: types of references
 * against types of bytes of the same size, which are made and dropped one at a time.
 *
 * Nothing is written into an object but by its manager, and nothing is alive at a collection.  The
 * variants of references and of bytes differ in nothing but the type: the price of nulling is the
 * difference of a pair.  Where a cell's memory is not in the cache, bytes do not bring it there. */
#include "part.h"

struct bytes_16 {
    uint64_t word[2];
};
struct bytes_64 {
    uint64_t word[8];
};
struct bytes_512 {
    uint64_t word[64];
};
struct refs_16 {
    mm_ref ref[2];
};
struct refs_64 {
    mm_ref ref[8];
};
struct refs_512 {
    mm_ref ref[64];
};
struct head {
    uint64_t length;
};

MM_TYPE(BYTES_16, struct bytes_16);
MM_TYPE(BYTES_64, struct bytes_64);
MM_TYPE(BYTES_512, struct bytes_512);
MM_TYPE(REFS_16, struct refs_16, .ref_words = 0x3);
MM_TYPE(REFS_64, struct refs_64, .ref_words = 0xff);
MM_TYPE(REFS_512, struct refs_512, .ref_words = UINT64_MAX);
MM_TYPE(BYTES_TAIL, struct head, .tail = MM_TAIL_BYTES);
MM_TYPE(REFS_TAIL, struct head, .tail = MM_TAIL_REFS);

enum { TAIL_SHORT = 4096, TAIL_LONG = 65536 };

/* Makes and drops n objects; the type is a constant where it is called. */
MM_INLINE void
nulling_turn(struct mm_mutator *m, const struct mm_type *type, size_t units, uint64_t n)
{
    MM_LOCALS(m, brief);
    struct mm_scope scope = mm_scope_begin(m);
    for (; n; n--) {
        mm_take(m, &locals->brief, units ? mm_new_array(m, type, units) : mm_new(m, type));
        if (MM_FREES)
            mm_free_array(m, type, mm_get(locals->brief), units);
        mm_set(m, &locals->brief, NULL);
    }
    mm_scope_end(m, scope);
}

#define NULLING_EACH(USE)                               \
    USE(bytes_16, BYTES_16, 0, 16)                      \
    USE(refs_16, REFS_16, 0, 16)                        \
    USE(bytes_64, BYTES_64, 0, 64)                      \
    USE(refs_64, REFS_64, 0, 64)                        \
    USE(bytes_512, BYTES_512, 0, 512)                   \
    USE(refs_512, REFS_512, 0, 512)                     \
    USE(bytes_4k, BYTES_TAIL, TAIL_SHORT, TAIL_SHORT)   \
    USE(refs_4k, REFS_TAIL, TAIL_SHORT / 8, TAIL_SHORT) \
    USE(bytes_64k, BYTES_TAIL, TAIL_LONG, TAIL_LONG)    \
    USE(refs_64k, REFS_TAIL, TAIL_LONG / 8, TAIL_LONG)

#define NULLING_DEFINE(name, type, units, bytes)                 \
    static void nulling_##name(struct mm_mutator *m, uint64_t n) \
    {                                                            \
        nulling_turn(m, &type, units, n);                        \
    }
#define NULLING_NAME(name, type, units, bytes) #name,
#define NULLING_ENTRY(name, type, units, bytes) { nulling_##name, bytes },

NULLING_EACH(NULLING_DEFINE)

static const char *const VARIANTS[] = { NULLING_EACH(NULLING_NAME) NULL };

static const struct nulling_variant {
    void (*turn)(struct mm_mutator *m, uint64_t n);
    size_t bytes; /* without the head of what has a tail */
} KINDS[] = { NULLING_EACH(NULLING_ENTRY) };

enum { SMOKE_COUNT = 50, SCOPE_BYTES = 1 << 20, WARM_TIMES = 32 };

static uint64_t
nulling_count(const struct workload_run *run)
{
    return run->size == WORKLOAD_SMOKE ? SMOKE_COUNT : SCOPE_BYTES / KINDS[run->variant].bytes;
}

static uint64_t
nulling_batches(const struct workload_run *run)
{
    return run->size == WORKLOAD_SMOKE ? 2 : run->size == WORKLOAD_NORMAL ? 256 : 2048;
}

static void
part_nulling_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = nulling_batches(run),
        .operations = nulling_count(run),
        .cold_operations = WARM_TIMES * nulling_count(run),
        .peak_live_bytes = PART_BLOCK_BYTES[run->size] + KINDS[run->variant].bytes +
                           (KINDS[run->variant].bytes > 512 ? sizeof(struct head) : 0),
    };
}

static void
part_nulling_setup(struct mm_mutator *m, const struct workload_run *run)
{
    part_block_keep(m, PART_BLOCK_BYTES[run->size]);
}

/* Batch 0 goes through all the room there is. */
static uint64_t
part_nulling_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                   uint64_t batch)
{
    (void)thread;
    for (unsigned i = batch ? 1 : WARM_TIMES; i; i--)
        KINDS[run->variant].turn(m, nulling_count(run));
    return batch;
}

static uint64_t
part_nulling_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    return part_block_drop(m);
}

const struct workload WORKLOAD = {
    .name = "part_nulling",
    .summary = "objects of references or of bytes, made and dropped one at a time",
    .operation = "an object made and dead",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_nulling_plan,
    .setup = part_nulling_setup,
    .batch = part_nulling_batch,
    .teardown = part_nulling_teardown,
};
