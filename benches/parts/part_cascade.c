/* part_cascade -- the death of a large structure by its shape: what an object of it costs, and how
 * long the program stands still.
 *
 * Setup makes structures that nothing else refers to, each in a scope of its own; a batch drops
 * one, with a walk that frees where that is asked.  Whoever puts the dead off is made to finish:
 *
 *   list, tree, array          by mm_collect: the time is that of a death
 *   list_on, tree_on, array_on by the program that goes on: it makes and drops as many objects, one
 *                              at a time, so that pauses are those that a program meets
 *
 * Types promise that they are in no cycle, so nobody searches for one. */
#include "part.h"

enum cascade_shape { CASCADE_LIST, CASCADE_TREE, CASCADE_ARRAY, CASCADE_SHAPES };
static const char *const VARIANTS[] = { "list",    "tree",     "array", "list_on",
                                        "tree_on", "array_on", NULL };

enum { STRUCTURES_MAX = 16 };

struct node {
    mm_ref left, right;
    uint64_t number;
};
struct row {
    uint64_t length;
};
MM_TYPE(NODE, struct node, .acyclic = true,
        .ref_words = MM_WORD(struct node, left) | MM_WORD(struct node, right));
MM_TYPE(ROW, struct row, .tail = MM_TAIL_REFS, .acyclic = true);

static const struct cascade_size {
    uint64_t batches, depth; /* a structure has 2^depth - 1 nodes, whatever its shape */
} SIZES[WORKLOAD_SIZES] = { { 2, 5 }, { 8, 16 }, { 8, 20 } };

static mm_ref structures[STRUCTURES_MAX];
static struct mm_scope scopes[STRUCTURES_MAX];

static enum cascade_shape
cascade_shape(const struct workload_run *run)
{
    return (enum cascade_shape)(run->variant % CASCADE_SHAPES);
}

static uint64_t
cascade_nodes(const struct workload_run *run)
{
    return (UINT64_C(1) << SIZES[run->size].depth) - 1;
}

/* One for the cold batch, too. */
static unsigned
cascade_structures(const struct workload_run *run)
{
    return (unsigned)SIZES[run->size].batches + 1;
}

static void
part_cascade_plan(const struct workload_run *run, struct workload_plan *plan)
{
    uint64_t bytes = cascade_nodes(run) * sizeof(struct node);
    if (cascade_shape(run) == CASCADE_ARRAY)
        bytes += mm_size(&ROW, cascade_nodes(run));
    *plan = (struct workload_plan){
        .batches = SIZES[run->size].batches,
        .operations = cascade_nodes(run),
        .peak_live_bytes = cascade_structures(run) * bytes,
    };
}

/* -- making -- */

static mm_owned
node_new(struct mm_mutator *m, uint64_t number)
{
    mm_owned fresh = mm_new(m, &NODE);
    ((struct node *)mm_peek(fresh))->number = number;
    return fresh;
}

static mm_owned
cascade_tree(struct mm_mutator *m, uint64_t depth, uint64_t number)
{
    if (depth == 1)
        return node_new(m, number);
    MM_LOCALS(m, left, right);
    mm_take(m, &locals->left, cascade_tree(m, depth - 1, 2 * number));
    mm_take(m, &locals->right, cascade_tree(m, depth - 1, 2 * number + 1));
    mm_owned fresh = node_new(m, number);
    struct node *node = mm_peek(fresh);
    mm_init_new(m, node, &node->left, mm_move(m, &locals->left));
    mm_init_new(m, node, &node->right, mm_move(m, &locals->right));
    return fresh;
}

static void
cascade_list(struct mm_mutator *m, mm_ref *slot, uint64_t n)
{
    for (uint64_t i = n; i > 0; i--) {
        mm_owned fresh = node_new(m, i);
        struct node *node = mm_peek(fresh);
        mm_init_new(m, node, &node->left, mm_move(m, slot));
        mm_take(m, slot, fresh);
    }
}

static void
cascade_array(struct mm_mutator *m, mm_ref *slot, uint64_t n)
{
    mm_take(m, slot, mm_new_array(m, &ROW, n));
    ((struct row *)mm_get(*slot))->length = n;
    for (uint64_t i = 0; i < n; i++) {
        mm_owned fresh = node_new(m, i + 1);
        struct row *row = mm_get(*slot);
        mm_store_new(m, row, mm_items(&ROW, row) + i, fresh);
    }
}

static void
part_cascade_setup(struct mm_mutator *m, const struct workload_run *run)
{
    for (unsigned i = 0; i < cascade_structures(run); i++) {
        mm_global(m, &structures[i]);
        scopes[i] = mm_scope_begin(m);
        if (cascade_shape(run) == CASCADE_LIST)
            cascade_list(m, &structures[i], cascade_nodes(run));
        else if (cascade_shape(run) == CASCADE_TREE)
            mm_take(m, &structures[i], cascade_tree(m, SIZES[run->size].depth, 1));
        else
            cascade_array(m, &structures[i], cascade_nodes(run));
    }
}

/* -- dropping -- */

static void
cascade_free_tree(struct mm_mutator *m, struct node *node)
{
    struct node *left = mm_get(node->left), *right = mm_get(node->right);
    if (left)
        cascade_free_tree(m, left);
    if (right)
        cascade_free_tree(m, right);
    mm_free(m, &NODE, node);
}

static void
cascade_free_list(struct mm_mutator *m, struct node *node)
{
    for (struct node *next; node; node = next) {
        next = mm_get(node->left);
        mm_free(m, &NODE, node);
    }
}

static void
cascade_free_array(struct mm_mutator *m, struct row *row)
{
    for (uint64_t i = 0; i < row->length; i++)
        mm_free(m, &NODE, mm_get(mm_items(&ROW, row)[i]));
    mm_free_array(m, &ROW, row, row->length);
}

static void
cascade_drop(struct mm_mutator *m, mm_ref *slot, enum cascade_shape shape)
{
    if (MM_FREES && shape == CASCADE_LIST)
        cascade_free_list(m, mm_get(*slot));
    else if (MM_FREES && shape == CASCADE_TREE)
        cascade_free_tree(m, mm_get(*slot));
    else if (MM_FREES)
        cascade_free_array(m, mm_get(*slot));
    mm_set(m, slot, NULL);
}

/* The program goes on. */
static uint64_t
cascade_go_on(struct mm_mutator *m, uint64_t n)
{
    MM_LOCALS(m, brief);
    struct mm_scope scope = mm_scope_begin(m);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        mm_take(m, &locals->brief, node_new(m, i));
        struct node *node = mm_get(locals->brief);
        sum += node->number;
        if (MM_FREES)
            mm_free(m, &NODE, node);
        mm_set(m, &locals->brief, NULL);
    }
    mm_scope_end(m, scope);
    return sum;
}

/* The scopes end from the innermost outwards. */
static uint64_t
part_cascade_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                   uint64_t batch)
{
    (void)thread;
    unsigned i = cascade_structures(run) - 1 - (unsigned)batch;
    uint64_t sum = 0;
    if (cascade_shape(run) == CASCADE_ARRAY)
        sum = ((struct row *)mm_get(structures[i]))->length;
    else
        sum = ((struct node *)mm_get(structures[i]))->number;
    cascade_drop(m, &structures[i], cascade_shape(run));
    mm_scope_end(m, scopes[i]);
    if (run->variant < CASCADE_SHAPES)
        mm_collect(m);
    else
        sum += cascade_go_on(m, cascade_nodes(run));
    return sum;
}

/* Nothing outlives the batches. */
static uint64_t
part_cascade_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)m, (void)run;
    return 0;
}

const struct workload WORKLOAD = {
    .name = "part_cascade",
    .summary = "large structures that were kept, dropped one by one",
    .operation = "an object dead",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_cascade_plan,
    .setup = part_cascade_setup,
    .batch = part_cascade_batch,
    .teardown = part_cascade_teardown,
};
