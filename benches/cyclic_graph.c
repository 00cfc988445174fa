/* cyclic_graph -- groups of 2 to 64 objects that refer to each other in circles, dropped whole.
 *
 * Three groups in four die as soon as they are made; the fourth takes the place of one that has
 * lived for long, in a table of such groups.  When the last reference to a group from outside is
 * overwritten, every member still has one from another: counting alone frees none of them, and
 * must look for circles, among the living too.  A tracing collector does not notice.
 *
 * Groups are rings, doubly linked lists, and lists with references back to members before. */
#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

enum {
    GROUP_MIN = 2,
    GROUP_MAX = 64,
    KEEP_EVERY = 4, /* one group in so many is kept */
    WEIGHTS = 3,
    STRETCH = 256 /* groups between two safepoints where nothing is allocated */
};

struct vertex {
    mm_ref next, back, other;
    uint64_t value;
    uint64_t count; /* members of its group, which `next` leads to in turn */
    uint64_t weights[WEIGHTS];
};

MM_TYPE(VERTEX, struct vertex,
        .ref_words = MM_WORD(struct vertex, next) | MM_WORD(struct vertex, back) |
                     MM_WORD(struct vertex, other));

struct table {
    uint64_t length;
};

MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS);

enum group_shape { GROUP_RING, GROUP_LIST, GROUP_WEB, GROUP_SHAPES };

static const struct graph_size {
    uint64_t length, groups, batches;
} SIZES[WORKLOAD_SIZES] = {
    { .length = 40, .groups = 40, .batches = 2 },
    { .length = 8000, .groups = 9300, .batches = 10 },
    { .length = 128000, .groups = 150000, .batches = 10 },
};

static mm_ref kept;

static struct workload_random
graph_random(const struct workload_run *run)
{
    return workload_random_seed(run->seed, UINT64_MAX);
}

static uint64_t
group_count(struct workload_random *random)
{
    return GROUP_MIN + workload_random_below(random, GROUP_MAX - GROUP_MIN + 1);
}

/* Makes a group, and returns its first member. */
static mm_owned
group_new(struct mm_mutator *m, uint64_t count, struct workload_random *random)
{
    MM_LOCALS(m, first, last, other);
    enum group_shape shape = (enum group_shape)workload_random_below(random, GROUP_SHAPES);
    for (uint64_t i = 0; i < count; i++) {
        mm_owned fresh = mm_new(m, &VERTEX);
        struct vertex *vertex = mm_peek(fresh);
        struct vertex *last = mm_get(locals->last);
        vertex->value = workload_random_next(random);
        vertex->count = count;
        for (unsigned j = 0; j < WEIGHTS; j++)
            vertex->weights[j] = vertex->value >> j;
        if (shape != GROUP_RING)
            mm_init(m, vertex, &vertex->back, last);
        if (shape == GROUP_WEB)
            mm_init(m, vertex, &vertex->other, mm_get(locals->other));
        if (last)
            mm_store_new(m, last, &last->next, fresh);
        else
            mm_take(m, &locals->first, fresh);
        mm_set(m, &locals->last, vertex);
        if (vertex->value % 4 == 0)
            mm_set(m, &locals->other, vertex);
    }
    struct vertex *first = mm_get(locals->first), *last = mm_get(locals->last);
    if (shape != GROUP_LIST)
        mm_store(m, last, &last->next, first);
    if (shape == GROUP_WEB)
        mm_store(m, first, &first->other, mm_get(locals->other));
    return mm_move(m, &locals->first);
}

static uint64_t
group_sum(const struct vertex *first)
{
    const struct vertex *vertex = first;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < first->count; i++) {
        const struct vertex *back = mm_get(vertex->back), *other = mm_get(vertex->other);
        sum = workload_mix(sum, vertex->value);
        for (unsigned j = 0; j < WEIGHTS; j++)
            sum += vertex->weights[j];
        sum += (back ? 3 * back->value : 0) + (other ? 5 * other->value : 0);
        vertex = mm_get(vertex->next);
    }
    return sum;
}

/* What the last member refers to may be gone already, and is not looked at. */
static void
group_free(struct mm_mutator *m, struct vertex *vertex)
{
    for (uint64_t left = vertex->count; left > 1; left--) {
        struct vertex *next = mm_get(vertex->next);
        mm_free(m, &VERTEX, vertex);
        vertex = next;
    }
    mm_free(m, &VERTEX, vertex);
}

/* A new group is as large as the one it replaces, so the live size is fixed; both are alive for
 * a moment. */
static void
cyclic_graph_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct graph_size *size = &SIZES[run->size];
    struct workload_random random = graph_random(run);
    uint64_t vertices = 0;
    for (uint64_t i = 0; i < size->length; i++)
        vertices += group_count(&random);
    *plan = (struct workload_plan){
        .batches = size->batches,
        .operations = size->groups,
        .peak_live_bytes = mm_size(&TABLE, size->length) +
                           (vertices + GROUP_MAX) * sizeof(struct vertex),
    };
}

/* The sizes come from a generator of their own, for the plan to follow. */
static void
cyclic_graph_setup(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t length = SIZES[run->size].length;
    struct workload_random counts = graph_random(run);
    struct workload_random random = workload_random_seed(run->seed, UINT64_MAX - 1);
    mm_global(m, &kept);
    mm_take(m, &kept, mm_new_array(m, &TABLE, length));
    ((struct table *)mm_get(kept))->length = length;
    for (uint64_t i = 0; i < length; i++) {
        mm_owned group = group_new(m, group_count(&counts), &random);
        struct table *table = mm_get(kept);
        mm_store_new(m, table, mm_items(&TABLE, table) + i, group);
    }
}

/* Makes a group that takes the place of the one in slot i, which dies. */
static uint64_t
group_replace(struct mm_mutator *m, uint64_t i, struct workload_random *random)
{
    struct table *table = mm_get(kept);
    struct vertex *old = mm_get(mm_items(&TABLE, table)[i]);
    mm_owned group = group_new(m, old->count, random);
    table = mm_get(kept);
    mm_ref *slot = mm_items(&TABLE, table) + i;
    old = mm_get(*slot);
    uint64_t sum = group_sum(old);
    if (MM_FREES)
        group_free(m, old);
    mm_store_new(m, table, slot, group);
    return sum;
}

/* Makes a group that dies at once. */
static uint64_t
group_pass(struct mm_mutator *m, struct workload_random *random)
{
    MM_LOCALS(m, group);
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, &locals->group, group_new(m, group_count(random), random));
    uint64_t sum = group_sum(mm_get(locals->group));
    if (MM_FREES)
        group_free(m, mm_get(locals->group));
    mm_set(m, &locals->group, NULL);
    mm_scope_end(m, scope);
    return sum;
}

static uint64_t
cyclic_graph_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                   uint64_t batch)
{
    (void)thread;
    const struct graph_size *size = &SIZES[run->size];
    struct workload_random random = workload_random_seed(run->seed, batch);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < size->groups; i++)
        if (i % KEEP_EVERY == 0)
            sum += group_replace(m, workload_random_below(&random, size->length), &random);
        else
            sum += group_pass(m, &random);
    return sum;
}

static uint64_t
cyclic_graph_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t length = SIZES[run->size].length;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < length; i++) {
        if (i % STRETCH == 0)
            mm_safepoint(m);
        struct table *table = mm_get(kept);
        struct vertex *first = mm_get(mm_items(&TABLE, table)[i]);
        sum += group_sum(first) * (2 * i + 1);
        if (MM_FREES)
            group_free(m, first);
        mm_clear(m, table, mm_items(&TABLE, table) + i, 1);
    }
    if (MM_FREES)
        mm_free_array(m, &TABLE, mm_get(kept), length);
    mm_set(m, &kept, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "cyclic_graph",
    .summary = "groups in circles that die whole, most at once and some late",
    .operation = "a group",
    .threads_default = 1,
    .threads_max = 1,
    .plan = cyclic_graph_plan,
    .setup = cyclic_graph_setup,
    .batch = cyclic_graph_batch,
    .teardown = cyclic_graph_teardown,
};
