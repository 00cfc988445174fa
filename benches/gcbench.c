/* gcbench -- binary trees of many depths, made from below and from above, beside long-lived data.
 *
 * Adapted from GCBench by Ellis, Kovac and Boehm (1997).  A large tree and a large array of
 * numbers live throughout; temporary trees of depth 4, 6 and so on die whole, at each depth the
 * same number of nodes.  Half of them are made top down: there every node is stored into one that
 * is older, with a write barrier, and is reachable before its children exist.
 *
 * Here the long-lived tree is deeper than in the original, for a live size that matters today,
 * and every tree is summed up before it is dropped, as proof that it was whole. */
#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

struct node {
    mm_ref left, right;
    int32_t i, j; /* its height; and -1 for the root, 0 for a left child, 1 for a right one */
};

MM_TYPE(NODE, struct node, .acyclic = true,
        .ref_words = MM_WORD(struct node, left) | MM_WORD(struct node, right));

struct numbers {
    uint64_t length;
};

MM_TYPE(NUMBERS, struct numbers, .tail = MM_TAIL_BYTES);

enum { LEAST_DEPTH = 4, DEPTH_STEP = 2 };

static const struct gcbench_size {
    int32_t stretch_depth, kept_depth, most_depth;
    uint64_t numbers;
    uint64_t nodes; /* about so many a depth and way */
} SIZES[WORKLOAD_SIZES] = {
    { .stretch_depth = 9, .kept_depth = 9, .most_depth = 8, .numbers = 10000, .nodes = 511 },
    { .stretch_depth = 17,
      .kept_depth = 17,
      .most_depth = 14,
      .numbers = 1250000,
      .nodes = 655360 },
    { .stretch_depth = 22,
      .kept_depth = 22,
      .most_depth = 20,
      .numbers = 9000000,
      .nodes = 10485760 },
};

static struct {
    mm_ref tree, numbers;
} kept;

static mm_owned
node_new(struct mm_mutator *m, int32_t height, int32_t side)
{
    mm_owned self = mm_new(m, &NODE);
    struct node *node = mm_peek(self);
    node->i = height;
    node->j = side;
    return self;
}

/* A tree from below: the children first. */
static mm_owned
tree_make(struct mm_mutator *m, int32_t height, int32_t side)
{
    if (height == 0)
        return node_new(m, height, side);
    MM_LOCALS(m, left, right);
    mm_take(m, &locals->left, tree_make(m, height - 1, 0));
    mm_take(m, &locals->right, tree_make(m, height - 1, 1));
    mm_owned self = node_new(m, height, side);
    struct node *node = mm_peek(self);
    mm_init_new(m, node, &node->left, mm_move(m, &locals->left));
    mm_init_new(m, node, &node->right, mm_move(m, &locals->right));
    return self;
}

/* A tree from above: gives the node in the root `self` its children, and them theirs. */
static void
tree_populate(struct mm_mutator *m, int32_t height, const mm_ref *self)
{
    if (height == 0)
        return;
    MM_LOCALS(m, child);
    mm_owned left = node_new(m, height - 1, 0);
    struct node *node = mm_get(*self);
    mm_store_new(m, node, &node->left, left);
    mm_owned right = node_new(m, height - 1, 1);
    node = mm_get(*self);
    mm_store_new(m, node, &node->right, right);
    if (height == 1)
        return;
    mm_set(m, &locals->child, mm_get(node->left));
    tree_populate(m, height - 1, &locals->child);
    node = mm_get(*self);
    mm_set(m, &locals->child, mm_get(node->right));
    tree_populate(m, height - 1, &locals->child);
}

static uint64_t
tree_sum(const struct node *node)
{
    uint64_t sum = 64 * (uint64_t)node->i + (uint64_t)node->j;
    const struct node *left = mm_get(node->left);
    if (left)
        sum += 3 * tree_sum(left) + tree_sum(mm_get(node->right));
    return sum;
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

/* Sums up the tree in a root, and drops it. */
static uint64_t
tree_drop(struct mm_mutator *m, mm_ref *root)
{
    uint64_t sum = tree_sum(mm_get(*root));
    if (MM_FREES)
        tree_free(m, mm_get(*root));
    mm_set(m, root, NULL);
    return sum;
}

static uint64_t
tree_pass_up(struct mm_mutator *m, int32_t height)
{
    MM_LOCALS(m, brief);
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, &locals->brief, tree_make(m, height, -1));
    uint64_t sum = tree_drop(m, &locals->brief);
    mm_scope_end(m, scope);
    return sum;
}

static uint64_t
tree_pass_down(struct mm_mutator *m, int32_t height)
{
    MM_LOCALS(m, brief);
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, &locals->brief, node_new(m, height, -1));
    tree_populate(m, height, &locals->brief);
    uint64_t sum = tree_drop(m, &locals->brief);
    mm_scope_end(m, scope);
    return sum;
}

static uint64_t
tree_nodes(int32_t height)
{
    return (UINT64_C(2) << height) - 1;
}

static void
gcbench_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct gcbench_size *size = &SIZES[run->size];
    uint64_t nodes = 0, cold_nodes = 0;
    for (int32_t depth = LEAST_DEPTH; depth <= size->most_depth; depth += DEPTH_STEP) {
        nodes += 2 * (size->nodes / tree_nodes(depth)) * tree_nodes(depth);
        cold_nodes += 2 * tree_nodes(depth);
    }
    *plan = (struct workload_plan){
        .batches = 1,
        .operations = nodes,
        .cold_operations = cold_nodes,
        .peak_live_bytes = (tree_nodes(size->kept_depth) + tree_nodes(size->most_depth)) *
                               sizeof(struct node) +
                           mm_size(&NUMBERS, size->numbers * sizeof(double)),
    };
}

static void
gcbench_setup(struct mm_mutator *m, const struct workload_run *run)
{
    const struct gcbench_size *size = &SIZES[run->size];
    tree_pass_up(m, size->stretch_depth);
    mm_global(m, &kept.tree);
    mm_global(m, &kept.numbers);
    mm_take(m, &kept.tree, node_new(m, size->kept_depth, -1));
    tree_populate(m, size->kept_depth, &kept.tree);
    mm_take(m, &kept.numbers, mm_new_array(m, &NUMBERS, size->numbers * sizeof(double)));
    struct numbers *numbers = mm_get(kept.numbers);
    numbers->length = size->numbers;
    double *values = mm_tail(&NUMBERS, numbers);
    for (uint64_t i = 0; i < size->numbers; i++)
        values[i] = 1.0 / (double)(i + 1);
}

/* The one timed batch is the whole series; the cold one has two trees of each depth. */
static uint64_t
gcbench_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread, uint64_t batch)
{
    (void)thread;
    const struct gcbench_size *size = &SIZES[run->size];
    uint64_t sum = 0;
    for (int32_t depth = LEAST_DEPTH; depth <= size->most_depth; depth += DEPTH_STEP) {
        uint64_t passes = batch == 0 ? 1 : size->nodes / tree_nodes(depth);
        for (uint64_t i = 0; i < passes; i++)
            sum += tree_pass_down(m, depth);
        for (uint64_t i = 0; i < passes; i++)
            sum += tree_pass_up(m, depth);
    }
    return sum;
}

static uint64_t
gcbench_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    struct numbers *numbers = mm_get(kept.numbers);
    const double *values = mm_tail(&NUMBERS, numbers);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < numbers->length; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        sum += bits * (2 * i + 1);
    }
    if (MM_FREES)
        mm_free_array(m, &NUMBERS, numbers, SIZES[run->size].numbers * sizeof(double));
    mm_set(m, &kept.numbers, NULL);
    return sum + tree_drop(m, &kept.tree);
}

const struct workload WORKLOAD = {
    .name = "gcbench",
    .summary = "trees of all depths that die whole, beside a large tree and a large array",
    .operation = "a node",
    .threads_default = 1,
    .threads_max = 1,
    .plan = gcbench_plan,
    .setup = gcbench_setup,
    .batch = gcbench_batch,
    .teardown = gcbench_teardown,
};
