/* binary_trees -- complete binary trees, made bottom up, counted, and dropped whole.
 *
 * One tree lives throughout; all the others die young and together, the small and the large alike.
 * It stresses allocation of one small size, and freeing in the order of a walk; nothing is ever
 * written after its birth.  Depths, counts and order are those of the benchmarks game, so that
 * published figures compare. */
#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

struct node {
    mm_ref left, right;
    uint64_t label; /* 1 in the root; 2 n and 2 n + 1 below n */
};

MM_TYPE(NODE, struct node, .acyclic = true,
        .ref_words = MM_WORD(struct node, left) | MM_WORD(struct node, right));

enum { LEAST_DEPTH = 4, DEPTH_STEP = 4 };

static const unsigned DEPTHS[WORKLOAD_SIZES] = { 8, 16, 20 };

static mm_ref kept;

static mm_owned
tree_new(struct mm_mutator *m, unsigned depth, uint64_t label)
{
    if (depth == 0) {
        mm_owned leaf = mm_new(m, &NODE);
        ((struct node *)mm_peek(leaf))->label = label;
        return leaf;
    }
    MM_LOCALS(m, left, right);
    mm_take(m, &locals->left, tree_new(m, depth - 1, 2 * label));
    mm_take(m, &locals->right, tree_new(m, depth - 1, 2 * label + 1));
    mm_owned self = mm_new(m, &NODE);
    struct node *node = mm_peek(self);
    mm_init_new(m, node, &node->left, mm_move(m, &locals->left));
    mm_init_new(m, node, &node->right, mm_move(m, &locals->right));
    node->label = label;
    return self;
}

static uint64_t
tree_count(const struct node *node)
{
    uint64_t count = 1 + node->label;
    const struct node *left = mm_get(node->left);
    if (left)
        count += tree_count(left) + tree_count(mm_get(node->right));
    return count;
}

static void
tree_free(struct mm_mutator *m, struct node *node)
{
    struct node *left = mm_get(node->left);
    if (left) {
        tree_free(m, left);
        tree_free(m, mm_get(node->right));
    }
    mm_free(m, &NODE, node);
}

/* Makes a tree, counts it, and drops it. */
static uint64_t
tree_pass(struct mm_mutator *m, unsigned depth)
{
    MM_LOCALS(m, brief);
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, &locals->brief, tree_new(m, depth, 1));
    uint64_t count = tree_count(mm_get(locals->brief));
    if (MM_FREES)
        tree_free(m, mm_get(locals->brief));
    mm_set(m, &locals->brief, NULL);
    mm_scope_end(m, scope);
    return count;
}

static uint64_t
tree_nodes(unsigned depth)
{
    return (UINT64_C(2) << depth) - 1;
}

static uint64_t
tree_passes(unsigned deepest, unsigned depth)
{
    return UINT64_C(1) << (deepest - depth + LEAST_DEPTH);
}

/* The stretch tree is the most that ever lives: one node more than two trees of the depth kept. */
static void
binary_trees_plan(const struct workload_run *run, struct workload_plan *plan)
{
    unsigned deepest = DEPTHS[run->size];
    uint64_t nodes = 0, cold_nodes = 0;
    for (unsigned depth = LEAST_DEPTH; depth <= deepest; depth += DEPTH_STEP) {
        nodes += tree_passes(deepest, depth) * tree_nodes(depth);
        cold_nodes += tree_nodes(depth);
    }
    *plan = (struct workload_plan){
        .batches = 1,
        .operations = nodes,
        .cold_operations = cold_nodes,
        .peak_live_bytes = tree_nodes(deepest + 1) * sizeof(struct node),
    };
}

static void
binary_trees_setup(struct mm_mutator *m, const struct workload_run *run)
{
    unsigned deepest = DEPTHS[run->size];
    tree_pass(m, deepest + 1);
    mm_global(m, &kept);
    mm_take(m, &kept, tree_new(m, deepest, 1));
}

/* The one timed batch is the whole series; the cold one has one tree of each depth. */
static uint64_t
binary_trees_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                   uint64_t batch)
{
    (void)thread;
    unsigned deepest = DEPTHS[run->size];
    uint64_t sum = 0;
    for (unsigned depth = LEAST_DEPTH; depth <= deepest; depth += DEPTH_STEP) {
        uint64_t passes = batch == 0 ? 1 : tree_passes(deepest, depth);
        uint64_t count = 0;
        for (uint64_t i = 0; i < passes; i++)
            count += tree_pass(m, depth);
        sum += workload_mix(depth, count);
    }
    return sum;
}

static uint64_t
binary_trees_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    uint64_t sum = tree_count(mm_get(kept));
    if (MM_FREES)
        tree_free(m, mm_get(kept));
    mm_set(m, &kept, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "binary_trees",
    .summary = "one tree kept, and many made and dropped whole",
    .operation = "a node",
    .threads_default = 1,
    .threads_max = 1,
    .fixed_live = true,
    .plan = binary_trees_plan,
    .setup = binary_trees_setup,
    .batch = binary_trees_batch,
    .teardown = binary_trees_teardown,
};
