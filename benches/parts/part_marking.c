/* part_marking -- the rate of marking: one collection of a graph that all lives is one batch.
 *
 * The graph is a complete binary tree whose nodes lie in memory in random order, so that every
 * reference leads to a page that was not looked at lately, and each node is found exactly once.  It
 * has no other references: an operation is an object marked.  It is linked by way of a table, which
 * is dropped before anything is timed, so what is marked is the nodes and nothing else.
 *
 * Variants name the bytes of nodes alive, and the size of a node: two references and a number in 24
 * bytes, or the same and bytes that nobody looks at, in 64. */
#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

enum { SMOKE_COUNT = 300 };
enum { SUM_LEVELS = 12, BATCHES_MAX = 20, BATCHES_MIN = 2, BATCHES_OBJECTS = 40 << 20 };

struct node {
    mm_ref left, right;
    uint64_t number;
};
struct wide_node {
    mm_ref left, right;
    uint64_t number;
    unsigned char rest[40];
};
struct table {
    uint64_t length;
};
MM_TYPE(NODE, struct node, .acyclic = true,
        .ref_words = MM_WORD(struct node, left) | MM_WORD(struct node, right));
MM_TYPE(WIDE_NODE, struct wide_node, .acyclic = true,
        .ref_words = MM_WORD(struct wide_node, left) | MM_WORD(struct wide_node, right));
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS, .acyclic = true);

static const char *const VARIANTS[] = { "16m_24b", "64m_24b",  "256m_24b", "1g_24b", "16m_64b",
                                        "64m_64b", "256m_64b", "1g_64b",   "4g_64b", NULL };
static const struct marking_variant {
    uint64_t mib;
    const struct mm_type *type;
} SHAPES[] = { { 16, &NODE },       { 64, &NODE },        { 256, &NODE },
               { 1024, &NODE },     { 16, &WIDE_NODE },   { 64, &WIDE_NODE },
               { 256, &WIDE_NODE }, { 1024, &WIDE_NODE }, { 4096, &WIDE_NODE } };

static mm_ref graph;

static const struct mm_type *
marking_type(const struct workload_run *run)
{
    return SHAPES[run->variant].type;
}

/* A smoke run has a few nodes, whatever the variant: the referee looks at all at every call. */
static uint64_t
marking_count(const struct workload_run *run)
{
    if (run->size == WORKLOAD_SMOKE)
        return SMOKE_COUNT;
    return (SHAPES[run->variant].mib << 20) / marking_type(run)->size;
}

/* Enough that small graphs are marked for a while, too. */
static uint64_t
marking_batches(const struct workload_run *run)
{
    uint64_t batches = BATCHES_OBJECTS / marking_count(run);
    if (run->size == WORKLOAD_SMOKE || batches < BATCHES_MIN)
        return BATCHES_MIN;
    return batches < BATCHES_MAX ? batches : BATCHES_MAX;
}

static void
part_marking_plan(const struct workload_run *run, struct workload_plan *plan)
{
    uint64_t count = marking_count(run);
    *plan = (struct workload_plan){
        .batches = marking_batches(run),
        .operations = count,
        .peak_live_bytes = count * marking_type(run)->size + mm_size(&TABLE, count),
    };
}

/* -- Building ------------------------------------------------------------------------------ */

/* A permutation of 0 .. count-1 without a table of it: steps that can each be undone mix the bits
 * of a number below the next power of two, again until the result is below count. */
static uint64_t
marking_shuffle(uint64_t i, uint64_t count, uint64_t seed)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(count - 1);
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    do {
        i = (i * UINT64_C(0xd1342543de82ef95) + seed) & mask;
        i ^= i >> (bits / 2 + 1);
        i = (i * UINT64_C(0x9e3779b97f4a7c15)) & mask;
        i ^= i >> (bits / 2 + 1);
    } while (i >= count);
    return i;
}

static void
marking_fill(struct mm_mutator *m, mm_ref *table, const struct mm_type *type, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        mm_owned fresh = mm_new(m, type);
        ((struct node *)mm_peek(fresh))->number = i;
        struct table *holder = mm_get(*table);
        mm_store_new(m, holder, mm_items(&TABLE, holder) + i, fresh);
    }
}

/* The node at place i of the tree, whose children are at 2i + 1 and 2i + 2. */
static struct node *
marking_node(const mm_ref *items, uint64_t i, uint64_t count, uint64_t seed)
{
    return i < count ? mm_get(items[marking_shuffle(i, count, seed)]) : NULL;
}

static void
marking_link(struct mm_mutator *m, mm_ref *table, uint64_t count, uint64_t seed)
{
    const mm_ref *items = mm_items(&TABLE, mm_get(*table));
    for (uint64_t i = 0; 2 * i + 1 < count; i++) {
        struct node *node = marking_node(items, i, count, seed);
        mm_store(m, node, &node->left, marking_node(items, 2 * i + 1, count, seed));
        mm_store(m, node, &node->right, marking_node(items, 2 * i + 2, count, seed));
    }
    mm_set(m, &graph, marking_node(items, 0, count, seed));
}

static void
part_marking_setup(struct mm_mutator *m, const struct workload_run *run)
{
    MM_LOCALS(m, table);
    uint64_t count = marking_count(run);
    mm_global(m, &graph);
    mm_take(m, &locals->table, mm_new_array(m, &TABLE, count));
    ((struct table *)mm_get(locals->table))->length = count;
    marking_fill(m, &locals->table, marking_type(run), count);
    marking_link(m, &locals->table, count, run->seed);
    if (MM_FREES)
        mm_free_array(m, &TABLE, mm_get(locals->table), count);
    mm_set(m, &locals->table, NULL);
}

/* -- Marking, and the end -------------------------------------------------------------------- */

static uint64_t
part_marking_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                   uint64_t batch)
{
    (void)run, (void)thread;
    mm_collect(m);
    return workload_mix(batch, ((struct node *)mm_get(graph))->number);
}

/* Sums the upper levels: random accesses to all of it would take longer than what was timed. */
static uint64_t
node_sum(const struct node *node, unsigned levels)
{
    if (!node || levels == 0)
        return 0;
    uint64_t left = node_sum(mm_get(node->left), levels - 1);
    return workload_mix(left, node->number) + node_sum(mm_get(node->right), levels - 1);
}

/* The tree is as deep as its count has bits. */
static void
node_free(struct mm_mutator *m, const struct mm_type *type, struct node *node)
{
    if (!node)
        return;
    node_free(m, type, mm_get(node->left));
    node_free(m, type, mm_get(node->right));
    mm_free(m, type, node);
}

static uint64_t
part_marking_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t sum = node_sum(mm_get(graph), SUM_LEVELS);
    if (MM_FREES)
        node_free(m, marking_type(run), mm_get(graph));
    mm_set(m, &graph, NULL);
    return sum;
}

static const char *const NEEDS[] = { "collects", NULL };

const struct workload WORKLOAD = {
    .name = "part_marking",
    .summary = "a shuffled graph that all lives, collected again and again",
    .operation = "an object marked",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .needs = NEEDS,
    .fixed_live = true,
    .plan = part_marking_plan,
    .setup = part_marking_setup,
    .batch = part_marking_batch,
    .teardown = part_marking_teardown,
};
