/* large_arrays -- a table of few, large arrays, replaced and updated at random.
 *
 * Lifetimes: an array of 64 KiB to 4 MiB lives until its slot in the table is picked again: as
 * many steps as the table has slots, give or take.  A quarter of them hold references, one record
 * a page; a quarter are grown to their size by doubling; the others are bytes, made at once.
 *
 * Stresses: what a manager does for objects of many pages: requests to the system and returning
 * memory, first touch, nulling of long runs of references, and tracing through them.  Only the
 * first word of each page is written and read, since filling arrays would measure memset. */
#include "workload_tools.h"

enum array_kind { ARRAY_RECORDS, ARRAY_GROWN, ARRAY_BYTES };
struct array {
    uint32_t kind, stamp;
    uint64_t length; /* units of the tail */
};
struct record {
    uint64_t stamp, touched;
};
struct table {
    uint64_t length;
};
MM_TYPE(RECORDS, struct array, .tail = MM_TAIL_REFS, .acyclic = true);
MM_TYPE(BYTES, struct array, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(RECORD, struct record, .acyclic = true);
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS, .acyclic = true);

enum { PAGE_BYTES = 4096, PAGE_REFS = PAGE_BYTES / sizeof(mm_ref), SLOTS_MAX = 360 };
enum { OCTAVES = 6, OCTAVES_GROWN = 3, MEAN_UNITS = 12, SLACK_UNITS = 32 };

struct large_arrays_shape {
    uint64_t slots, least_bytes, batches, steps; /* steps of one batch */
};
static const struct large_arrays_shape SHAPES[WORKLOAD_SIZES] = {
    [WORKLOAD_SMOKE] = { 16, 512, 2, 200 },
    [WORKLOAD_NORMAL] = { 24, 65536, 12, 32 },
    [WORKLOAD_LARGE] = { SLOTS_MAX, 65536, 12, 500 },
};

/* What a step is to make. */
struct array_wish {
    enum array_kind kind;
    uint64_t bytes; /* of the tail; a multiple of 8 */
};

static uint64_t
records_of(uint64_t length)
{
    return (length + PAGE_REFS - 1) / PAGE_REFS;
}

/* Payload of a finished array and its records. */
static uint64_t
wish_bytes(const struct array_wish *wish)
{
    uint64_t bytes = sizeof(struct array) + wish->bytes;
    if (wish->kind == ARRAY_RECORDS)
        bytes += records_of(wish->bytes / sizeof(mm_ref)) * sizeof(struct record);
    return bytes;
}

/* Draws what is made, and keeps account of how much that is: in all as many times twelve least
 * sizes as there are arrays, give or take 32.  A size that would lead out of these bounds is drawn
 * again, since else the peak would be twice the mean, and a heap sized by it mostly empty. */
struct wishes {
    struct workload_random random;
    uint64_t count, live_bytes; /* of arrays */
};

static struct array_wish
wish_draw(struct workload_random *random, uint64_t least_bytes)
{
    uint64_t dice = workload_random_below(random, 4);
    struct array_wish wish = { dice < ARRAY_BYTES ? (enum array_kind)dice : ARRAY_BYTES, 0 };
    uint64_t octaves = wish.kind == ARRAY_GROWN ? OCTAVES_GROWN : OCTAVES;
    uint64_t base = least_bytes << workload_random_below(random, octaves);
    wish.bytes = (base + workload_random_below(random, base)) & ~UINT64_C(7);
    return wish;
}

static struct array_wish
wish_next(struct wishes *wishes, uint64_t least_bytes)
{
    uint64_t mean = ++wishes->count * MEAN_UNITS * least_bytes, slack = SLACK_UNITS * least_bytes;
    for (;;) {
        struct array_wish wish = wish_draw(&wishes->random, least_bytes);
        uint64_t live_bytes = wishes->live_bytes + wish_bytes(&wish);
        if (live_bytes <= mean + slack && live_bytes + slack >= mean) {
            wishes->live_bytes = live_bytes;
            return wish;
        }
    }
}

static void
wish_over(struct wishes *wishes, uint64_t bytes)
{
    wishes->count--;
    wishes->live_bytes -= bytes;
}

/* Payload when the array is moved to its last size, which may need both at once. */
static uint64_t
wish_peak_bytes(const struct array_wish *wish, uint64_t least_bytes)
{
    uint64_t bytes = wish_bytes(wish), old = least_bytes;
    if (wish->kind != ARRAY_GROWN || wish->bytes == least_bytes)
        return bytes;
    while (2 * old < wish->bytes)
        old *= 2;
    return bytes + sizeof(struct array) + old;
}

/* An old array dies before the new one is made. */
static uint64_t
peak_of(const struct large_arrays_shape *shape, uint64_t seed)
{
    static uint64_t bytes[SLOTS_MAX];
    struct wishes wishes = { .random = workload_random_seed(seed, 0) };
    uint64_t peak = 0, steps = (shape->batches + 1) * shape->steps;
    for (uint64_t i = 0; i < shape->slots + steps; i++) {
        uint64_t slot = i;
        if (i >= shape->slots) {
            slot = workload_random_below(&wishes.random, shape->slots);
            wish_over(&wishes, bytes[slot]);
        }
        uint64_t others = wishes.live_bytes;
        struct array_wish wish = wish_next(&wishes, shape->least_bytes);
        uint64_t most = others + wish_peak_bytes(&wish, shape->least_bytes);
        peak = most > peak ? most : peak;
        bytes[slot] = wish_bytes(&wish);
    }
    return mm_size(&TABLE, shape->slots) + peak;
}

static void
large_arrays_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct large_arrays_shape *shape = &SHAPES[run->size];
    *plan = (struct workload_plan){
        .batches = shape->batches,
        .operations = shape->steps,
        .peak_live_bytes = peak_of(shape, run->seed),
    };
}

static mm_ref large_arrays_table;
static struct wishes large_arrays_wishes;

/* Where the bytes of page i are; the array's own header is not counted. */
static uint64_t *
array_word(struct array *array, uint64_t i)
{
    return (uint64_t *)(void *)((char *)mm_tail(&BYTES, array) + i * PAGE_BYTES);
}

/* Writes the first word of each page from one byte offset to another. */
static void
array_touch(struct array *array, uint64_t from_bytes, uint64_t to_bytes)
{
    uint64_t i = (from_bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    for (; i * PAGE_BYTES < to_bytes; i++)
        *array_word(array, i) = array->stamp + i;
}

static mm_owned
bytes_new(struct mm_mutator *m, uint64_t bytes, uint32_t stamp)
{
    mm_owned self = mm_new_array(m, &BYTES, bytes);
    struct array *array = mm_peek(self);
    *array = (struct array){ ARRAY_BYTES, stamp, bytes };
    array_touch(array, 0, bytes);
    return self;
}

static mm_owned
grown_new(struct mm_mutator *m, uint64_t bytes, uint64_t least_bytes, uint32_t stamp)
{
    MM_LOCALS(m, array);
    mm_take(m, &locals->array, bytes_new(m, least_bytes, stamp));
    for (uint64_t old = least_bytes, fresh; old < bytes; old = fresh) {
        fresh = 2 * old < bytes ? 2 * old : bytes;
        mm_resize(m, &locals->array, &BYTES, old, fresh);
        array_touch(mm_get(locals->array), old, fresh);
    }
    ((struct array *)mm_get(locals->array))->length = bytes;
    return mm_move(m, &locals->array);
}

static mm_owned
records_new(struct mm_mutator *m, uint64_t length, uint32_t stamp)
{
    MM_LOCALS(m, array);
    mm_take(m, &locals->array, mm_new_array(m, &RECORDS, length));
    *(struct array *)mm_get(locals->array) = (struct array){ ARRAY_RECORDS, stamp, length };
    for (uint64_t i = 0; i < length; i += PAGE_REFS) {
        mm_owned record = mm_new(m, &RECORD);
        *(struct record *)mm_peek(record) = (struct record){ stamp + i, 0 };
        struct array *array = mm_get(locals->array);
        mm_store_new(m, array, mm_items(&RECORDS, array) + i, record);
    }
    return mm_move(m, &locals->array);
}

static mm_owned
array_new(struct mm_mutator *m, const struct array_wish *wish, uint64_t least_bytes, uint32_t stamp)
{
    switch (wish->kind) {
    case ARRAY_RECORDS:
        return records_new(m, wish->bytes / sizeof(mm_ref), stamp);
    case ARRAY_GROWN:
        return grown_new(m, wish->bytes, least_bytes, stamp);
    default:
        return bytes_new(m, wish->bytes, stamp);
    }
}

/* Reads what was written, and writes it anew. */
static uint64_t
array_update(struct array *array)
{
    uint64_t sum = workload_mix(array->stamp, array->length);
    if (array->kind == ARRAY_RECORDS) {
        mm_ref *records = mm_items(&RECORDS, array);
        for (uint64_t i = 0; i < array->length; i += PAGE_REFS) {
            struct record *record = mm_get(records[i]);
            sum = workload_mix(sum, record->stamp + record->touched++);
        }
        return sum;
    }
    for (uint64_t i = 0; i * PAGE_BYTES < array->length; i++)
        sum = workload_mix(sum, (*array_word(array, i))++);
    return sum;
}

/* Its payload and that of its records. */
static uint64_t
array_bytes(const struct array *array)
{
    struct array_wish wish = { (enum array_kind)array->kind, array->length };
    if (wish.kind == ARRAY_RECORDS)
        wish.bytes *= sizeof(mm_ref);
    return wish_bytes(&wish);
}

static void
array_free(struct mm_mutator *m, struct array *array)
{
    if (array->kind != ARRAY_RECORDS) {
        mm_free_array(m, &BYTES, array, array->length);
        return;
    }
    mm_ref *records = mm_items(&RECORDS, array);
    for (uint64_t i = 0; i < array->length; i += PAGE_REFS)
        mm_free(m, &RECORD, mm_get(records[i]));
    mm_free_array(m, &RECORDS, array, array->length);
}

/* Makes the next array, in a slot that is empty. */
static void
slot_fill(struct mm_mutator *m, uint64_t slot, uint64_t least_bytes, uint32_t stamp)
{
    struct array_wish wish = wish_next(&large_arrays_wishes, least_bytes);
    mm_owned array = array_new(m, &wish, least_bytes, stamp);
    struct table *table = mm_get(large_arrays_table);
    mm_store_new(m, table, mm_items(&TABLE, table) + slot, array);
}

static void
large_arrays_setup(struct mm_mutator *m, const struct workload_run *run)
{
    const struct large_arrays_shape *shape = &SHAPES[run->size];
    large_arrays_wishes = (struct wishes){ .random = workload_random_seed(run->seed, 0) };
    mm_global(m, &large_arrays_table);
    mm_take(m, &large_arrays_table, mm_new_array(m, &TABLE, shape->slots));
    ((struct table *)mm_get(large_arrays_table))->length = shape->slots;
    for (uint64_t slot = 0; slot < shape->slots; slot++)
        slot_fill(m, slot, shape->least_bytes, (uint32_t)slot);
}

/* Drops one array, makes another in its place, and updates the one that is next in the table. */
static uint64_t
large_arrays_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                   uint64_t batch)
{
    (void)thread;
    const struct large_arrays_shape *shape = &SHAPES[run->size];
    uint64_t sum = 0;
    for (uint64_t step = 0; step < shape->steps; step++) {
        uint64_t slot = workload_random_below(&large_arrays_wishes.random, shape->slots);
        struct table *table = mm_get(large_arrays_table);
        mm_ref *places = mm_items(&TABLE, table);
        struct array *old = mm_get(places[slot]);
        sum += array_update(old);
        sum += array_update(mm_get(places[(slot + 1) % shape->slots]));
        wish_over(&large_arrays_wishes, array_bytes(old));
        if (MM_FREES)
            array_free(m, old);
        mm_store(m, table, &places[slot], NULL);
        slot_fill(m, slot, shape->least_bytes, (uint32_t)(batch * shape->steps + step));
    }
    return sum;
}

static uint64_t
large_arrays_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    struct table *table = mm_get(large_arrays_table);
    mm_ref *places = mm_items(&TABLE, table);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < table->length; i++) {
        struct array *array = mm_get(places[i]);
        sum = workload_mix(sum, array_update(array));
        if (MM_FREES)
            array_free(m, array);
    }
    if (MM_FREES)
        mm_free_array(m, &TABLE, table, table->length);
    mm_set(m, &large_arrays_table, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "large_arrays",
    .summary = "arrays of 64 KiB to 4 MiB, replaced and grown at random",
    .operation = "an array replaced",
    .threads_default = 1,
    .threads_max = 1,
    .plan = large_arrays_plan,
    .setup = large_arrays_setup,
    .batch = large_arrays_batch,
    .teardown = large_arrays_teardown,
};
