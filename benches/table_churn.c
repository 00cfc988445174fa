/* table_churn -- a large table of boxes, of which one at a time is replaced, at random.
 *
 * The live set is fixed in size and never at rest: every step is one allocation, one store into
 * an old object, and one death of an object of any age.  It stresses the write barrier and the
 * reuse of single holes; nothing dies in a group, so neither youth nor order helps, and a scope
 * has no place. */
#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

struct table {
    uint64_t length;
};

MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS);

struct box {
    uint64_t key;
    uint64_t bytes; /* of the tail, whose last word is the key again */
};

MM_TYPE(BOX, struct box, .tail = MM_TAIL_BYTES);

enum {
    BOX_WORDS_MAX = 64, /* a box's tail has 1 to so many words */
    STRETCH = 4096      /* slots between two safepoints where nothing is allocated */
};

static const struct churn_size {
    uint64_t length, steps, batches;
} SIZES[WORKLOAD_SIZES] = {
    { .length = 400, .steps = 1000, .batches = 2 },
    { .length = 60000, .steps = 72000, .batches = 10 },
    { .length = 960000, .steps = 1100000, .batches = 10 },
};

static mm_ref kept;

static struct workload_random
table_random(const struct workload_run *run)
{
    return workload_random_seed(run->seed, UINT64_MAX);
}

static uint64_t
box_bytes(struct workload_random *random)
{
    return (1 + workload_random_below(random, BOX_WORDS_MAX)) * sizeof(uint64_t);
}

static uint64_t *
box_last(struct box *box)
{
    return (uint64_t *)mm_tail(&BOX, box) + box->bytes / sizeof(uint64_t) - 1;
}

static mm_owned
box_new(struct mm_mutator *m, uint64_t key, uint64_t bytes)
{
    mm_owned self = mm_new_array(m, &BOX, bytes);
    struct box *box = mm_peek(self);
    box->key = key;
    box->bytes = bytes;
    *box_last(box) = key;
    return self;
}

static uint64_t
box_sum(struct box *box)
{
    return 3 * box->key + *box_last(box);
}

/* A new box is as large as the one it replaces, so the live size is fixed; both are alive for a
 * moment. */
static void
table_churn_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct churn_size *size = &SIZES[run->size];
    struct workload_random random = table_random(run);
    uint64_t live = mm_size(&TABLE, size->length);
    for (uint64_t i = 0; i < size->length; i++)
        live += mm_size(&BOX, box_bytes(&random));
    *plan = (struct workload_plan){
        .batches = size->batches,
        .operations = size->steps,
        .peak_live_bytes = live + mm_size(&BOX, BOX_WORDS_MAX * sizeof(uint64_t)),
    };
}

static void
table_churn_setup(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t length = SIZES[run->size].length;
    struct workload_random random = table_random(run);
    mm_global(m, &kept);
    mm_take(m, &kept, mm_new_array(m, &TABLE, length));
    ((struct table *)mm_get(kept))->length = length;
    for (uint64_t i = 0; i < length; i++) {
        mm_owned box = box_new(m, i, box_bytes(&random));
        struct table *table = mm_get(kept);
        mm_store_new(m, table, mm_items(&TABLE, table) + i, box);
    }
}

static uint64_t
table_churn_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                  uint64_t batch)
{
    (void)thread;
    const struct churn_size *size = &SIZES[run->size];
    struct workload_random random = workload_random_seed(run->seed, batch);
    uint64_t sum = 0;
    for (uint64_t step = 0; step < size->steps; step++) {
        uint64_t i = workload_random_below(&random, size->length);
        struct table *table = mm_get(kept);
        struct box *old = mm_get(mm_items(&TABLE, table)[i]);
        uint64_t bytes = old->bytes;
        mm_owned box = box_new(m, random.state, bytes);
        table = mm_get(kept);
        mm_ref *slot = mm_items(&TABLE, table) + i;
        old = mm_get(*slot);
        sum += box_sum(old);
        if (MM_FREES)
            mm_free_array(m, &BOX, old, bytes);
        mm_store_new(m, table, slot, box);
    }
    return sum;
}

static void
table_free(struct mm_mutator *m)
{
    struct table *table = mm_get(kept);
    uint64_t length = table->length;
    for (uint64_t i = 0; i < length; i++) {
        struct box *box = mm_get(mm_items(&TABLE, table)[i]);
        mm_free_array(m, &BOX, box, box->bytes);
    }
    mm_free_array(m, &TABLE, table, length);
}

static uint64_t
table_churn_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t length = SIZES[run->size].length;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < length; i++) {
        if (i % STRETCH == 0)
            mm_safepoint(m);
        struct table *table = mm_get(kept);
        sum += box_sum(mm_get(mm_items(&TABLE, table)[i])) * (2 * i + 1);
    }
    if (MM_FREES)
        table_free(m);
    mm_set(m, &kept, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "table_churn",
    .summary = "boxes of any age, replaced one at a time at random",
    .operation = "a replacement",
    .threads_default = 1,
    .threads_max = 1,
    .plan = table_churn_plan,
    .setup = table_churn_setup,
    .batch = table_churn_batch,
    .teardown = table_churn_teardown,
};
