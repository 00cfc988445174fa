/* deep_list -- a list as long as memory allows, made by and by, and dropped in one moment.
 *
 * All objects hang on one reference, one behind the other: whoever marks or frees by recursion
 * needs as deep a stack, a marker cannot work on two objects at once, and what is freed in one go
 * stops the program for as long as that takes. */
#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

enum {
    REST_BYTES = 72,
    STRETCH = 4096 /* links between two safepoints where nothing is allocated */
};

struct link {
    mm_ref next;
    uint64_t number;
    unsigned char rest[REST_BYTES]; /* what else a record holds: a walk does not look at it */
};

MM_TYPE(LINK, struct link, .acyclic = true, .ref_words = MM_WORD(struct link, next));

static const struct list_size {
    uint64_t length, batches;
} SIZES[WORKLOAD_SIZES] = {
    { .length = 1500, .batches = 2 },
    { .length = 191000, .batches = 16 },
    { .length = 10000000, .batches = 4 },
};

static void
list_push(struct mm_mutator *m, mm_ref *head, uint64_t number)
{
    mm_owned fresh = mm_new(m, &LINK);
    struct link *link = mm_peek(fresh);
    link->number = number;
    mm_init_new(m, link, &link->next, mm_move(m, head));
    mm_take(m, head, fresh);
}

/* Walks the list in the root `cursor`, and leaves that null. */
static uint64_t
list_sum(struct mm_mutator *m, mm_ref *cursor)
{
    uint64_t sum = 0;
    while (mm_get(*cursor)) {
        const struct link *link = mm_get(*cursor);
        for (unsigned i = 0; link && i < STRETCH; i++) {
            sum = workload_mix(sum, link->number);
            link = mm_get(link->next);
        }
        mm_set(m, cursor, (void *)(uintptr_t)link);
        mm_safepoint(m);
    }
    return sum;
}

static void
list_free(struct mm_mutator *m, struct link *link)
{
    while (link) {
        struct link *next = mm_get(link->next);
        mm_free(m, &LINK, link);
        link = next;
    }
}

static void
deep_list_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct list_size *size = &SIZES[run->size];
    *plan = (struct workload_plan){
        .batches = size->batches,
        .operations = size->length,
        .peak_live_bytes = size->length * sizeof(struct link),
    };
}

static void
deep_list_setup(struct mm_mutator *m, const struct workload_run *run)
{
    (void)m, (void)run;
}

static uint64_t
deep_list_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                uint64_t batch)
{
    (void)thread;
    MM_LOCALS(m, head, cursor);
    struct workload_random random = workload_random_seed(run->seed, batch);
    struct mm_scope scope = mm_scope_begin(m);
    for (uint64_t i = 0; i < SIZES[run->size].length; i++)
        list_push(m, &locals->head, workload_random_next(&random));
    mm_set(m, &locals->cursor, mm_get(locals->head));
    uint64_t sum = list_sum(m, &locals->cursor);
    if (MM_FREES)
        list_free(m, mm_get(locals->head));
    mm_set(m, &locals->head, NULL);
    mm_scope_end(m, scope);
    return sum;
}

/* Nothing outlives a batch. */
static uint64_t
deep_list_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)m, (void)run;
    return 0;
}

const struct workload WORKLOAD = {
    .name = "deep_list",
    .summary = "a long list that grows link by link and dies at once",
    .operation = "a link",
    .threads_default = 1,
    .threads_max = 1,
    .plan = deep_list_plan,
    .setup = deep_list_setup,
    .batch = deep_list_batch,
    .teardown = deep_list_teardown,
};
