/* live_heap -- small trees made and dropped beside a large shuffled graph that stays and is
 * written.
 *
 * The variants differ in the size of the graph alone: what a node costs in one that is 64 times as
 * large is what the size of a heap costs.  Who marks visits all of the graph in every cycle, and
 * misses the caches at every step: vertices lie at random in the order of their table, so do the
 * leaves in that of their vertices, and a vertex refers to two others at random.  Beside every tree
 * two vertices at random exchange a reference, and now and then a fresh leaf takes the place of an
 * old one, so that old objects refer to young ones and holes come up all over the heap.
 *
 * Vertices stay alive by their table, leaves by their vertex, so the graph keeps its size whatever
 * the stores do; and an exchange keeps the number of references to each vertex.
 *
 * Trees of four times the graph's bytes are made in the timed part of every variant, so that each
 * has the same number of collections at one heap factor.  Setup takes linear time and looks at no
 * object that it made before, only at the table: gigabytes are built in seconds. */
#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

enum { ACROSS = 2, VERTEX_VALUES = 4, NODE_VALUES = 5 };

struct vertex {
    mm_ref leaf;
    mm_ref across[ACROSS]; /* other vertices */
    uint64_t label;
    uint64_t values[VERTEX_VALUES];
};

MM_TYPE(VERTEX, struct vertex,
        .ref_words = MM_WORD(struct vertex, leaf) | MM_WORD(struct vertex, across[0]) |
                     MM_WORD(struct vertex, across[1]));

/* Of the small trees; and a leaf of the graph. */
struct node {
    mm_ref left, right;
    uint64_t label; /* that of the tree in the root; 2 n and 2 n + 1 below n */
    uint64_t values[NODE_VALUES];
};

MM_TYPE(NODE, struct node, .acyclic = true,
        .ref_words = MM_WORD(struct node, left) | MM_WORD(struct node, right));

/* Vertices of a page; or the pages. */
struct table {
    uint64_t length;
};

MM_TYPE(TABLE, struct table, .acyclic = true, .tail = MM_TAIL_REFS);

enum {
    PAGE_VERTICES = 127, /* a page has 1024 bytes */
    TREE_DEPTH = 5,
    TREE_NODES = (2 << TREE_DEPTH) - 1,
    TREES_PER_LEAF = 8, /* after so many trees a leaf is replaced */
    SUMMED = 16,        /* one vertex of so many is summed up in the end */
    BATCHES = 16,
    BATCHES_PER_LIVE_SIZE = 4 /* so many make as many bytes as the graph has */
};

static const char *const VARIANTS[] = { "64m", "256m", "1g", "4g", NULL };

static const uint64_t SMOKE_BYTES[] = { 32 << 10, 48 << 10, 64 << 10, 96 << 10 };
static const uint64_t GRAPH_BYTES[] = { UINT64_C(64) << 20, UINT64_C(256) << 20, UINT64_C(1) << 30,
                                        UINT64_C(4) << 30 };

/* What the size of the graph makes of a run. */
struct extent {
    uint64_t pages, vertices;
    uint64_t bytes; /* of the graph with its table */
    uint64_t trees; /* of a batch */
};

static mm_ref kept; /* the table of pages */

static struct extent
extent_of(const struct workload_run *run)
{
    uint64_t bytes = (run->size == WORKLOAD_SMOKE ? SMOKE_BYTES : GRAPH_BYTES)[run->variant];
    size_t page = mm_size(&TABLE, PAGE_VERTICES) +
                  PAGE_VERTICES * (sizeof(struct vertex) + sizeof(struct node));
    struct extent extent = { .pages = bytes / (page + sizeof(mm_ref)) };
    extent.vertices = extent.pages * PAGE_VERTICES;
    extent.bytes = mm_size(&TABLE, extent.pages) + extent.pages * page;
    extent.trees = extent.bytes / (BATCHES_PER_LIVE_SIZE * TREE_NODES * sizeof(struct node)) + 1;
    return extent;
}

/* -- Trees ---------------------------------------------------------------------- */

static mm_owned
node_new(struct mm_mutator *m, uint64_t label)
{
    mm_owned self = mm_new(m, &NODE);
    struct node *node = mm_peek(self);
    node->label = label;
    for (unsigned i = 0; i < NODE_VALUES; i++)
        node->values[i] = label + i;
    return self;
}

static uint64_t
node_sum(const struct node *node)
{
    return 3 * node->label + node->values[NODE_VALUES - 1];
}

static mm_owned
tree_new(struct mm_mutator *m, unsigned depth, uint64_t label)
{
    if (depth == 0)
        return node_new(m, label);
    MM_LOCALS(m, left, right);
    mm_take(m, &locals->left, tree_new(m, depth - 1, 2 * label));
    mm_take(m, &locals->right, tree_new(m, depth - 1, 2 * label + 1));
    mm_owned self = node_new(m, label);
    struct node *node = mm_peek(self);
    mm_init_new(m, node, &node->left, mm_move(m, &locals->left));
    mm_init_new(m, node, &node->right, mm_move(m, &locals->right));
    return self;
}

static uint64_t
tree_sum(const struct node *node)
{
    uint64_t sum = node_sum(node);
    const struct node *left = mm_get(node->left);
    if (left)
        sum += tree_sum(left) + tree_sum(mm_get(node->right));
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

/* Makes a tree, sums it up, and drops it. */
static uint64_t
tree_pass(struct mm_mutator *m, uint64_t label)
{
    MM_LOCALS(m, brief);
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, &locals->brief, tree_new(m, TREE_DEPTH, label));
    uint64_t sum = tree_sum(mm_get(locals->brief));
    if (MM_FREES)
        tree_free(m, mm_get(locals->brief));
    mm_set(m, &locals->brief, NULL);
    mm_scope_end(m, scope);
    return sum;
}

/* -- The graph ------------------------------------------------------------------ */

static struct table *
graph_page(uint64_t page)
{
    return mm_get(mm_items(&TABLE, mm_get(kept))[page]);
}

static void *
graph_at(uint64_t i)
{
    return mm_get(mm_items(&TABLE, graph_page(i / PAGE_VERTICES))[i % PAGE_VERTICES]);
}

static struct vertex *
graph_random(const struct extent *extent, struct workload_random *random)
{
    return graph_at(workload_random_below(random, extent->vertices));
}

static mm_owned
table_new(struct mm_mutator *m, uint64_t length)
{
    mm_owned self = mm_new_array(m, &TABLE, length);
    ((struct table *)mm_peek(self))->length = length;
    return self;
}

static mm_ref *
graph_place(struct table **page, uint64_t i)
{
    *page = graph_page(i / PAGE_VERTICES);
    return mm_items(&TABLE, *page) + i % PAGE_VERTICES;
}

/* Puts an object into the table in the place of one at random among those before place i, which
 * takes place i: so the places up to i hold a random permutation (Fisher and Yates, inside out). */
static void
graph_shuffle_in(struct mm_mutator *m, uint64_t i, mm_owned object, struct workload_random *random)
{
    struct table *last_page, *page;
    mm_ref *last = graph_place(&last_page, i);
    mm_ref *place = graph_place(&page, workload_random_below(random, i + 1));
    mm_store(m, last_page, last, mm_get(*place));
    mm_store_new(m, page, place, object);
}

/* Vertex i takes the leaf that waits in place i, and refers to two before it: what stands in any
 * place is one at random. */
static mm_owned
vertex_new(struct mm_mutator *m, uint64_t i)
{
    mm_owned self = mm_new(m, &VERTEX);
    struct vertex *vertex = mm_peek(self);
    mm_init(m, vertex, &vertex->leaf, graph_at(i));
    mm_init(m, vertex, &vertex->across[0], i > 0 ? graph_at(i - 1) : vertex);
    mm_init(m, vertex, &vertex->across[1], i > 0 ? graph_at(i / 2) : vertex);
    vertex->label = i;
    for (unsigned k = 0; k < VERTEX_VALUES; k++)
        vertex->values[k] = i + k;
    return self;
}

static uint64_t
vertex_sum(const struct vertex *vertex)
{
    return 5 * vertex->label + vertex->values[VERTEX_VALUES - 1];
}

/* Two vertices exchange a reference. */
static uint64_t
graph_exchange(struct mm_mutator *m, const struct extent *extent, struct workload_random *random)
{
    struct vertex *one = graph_random(extent, random), *two = graph_random(extent, random);
    uint64_t choice = workload_random_next(random);
    mm_ref *from_one = &one->across[choice % ACROSS];
    mm_ref *from_two = &two->across[choice / ACROSS % ACROSS];
    struct vertex *moved = mm_get(*from_one);
    mm_store(m, one, from_one, mm_get(*from_two));
    mm_store(m, two, from_two, moved);
    return vertex_sum(one) + 7 * vertex_sum(two);
}

/* Hangs a fresh leaf in the place of an old one. */
static uint64_t
graph_replace_leaf(struct mm_mutator *m, const struct extent *extent,
                   struct workload_random *random)
{
    mm_owned leaf = node_new(m, random->state);
    struct vertex *vertex = graph_random(extent, random);
    struct node *old = mm_get(vertex->leaf);
    uint64_t sum = node_sum(old);
    if (MM_FREES)
        mm_free(m, &NODE, old);
    mm_store_new(m, vertex, &vertex->leaf, leaf);
    return sum;
}

/* With its leaf and its neighbours. */
static uint64_t
vertex_sum_all(const struct vertex *vertex)
{
    uint64_t sum = vertex_sum(vertex) + node_sum(mm_get(vertex->leaf));
    for (unsigned k = 0; k < ACROSS; k++)
        sum = workload_mix(sum, vertex_sum(mm_get(vertex->across[k])));
    return sum;
}

/* Frees all vertices and leaves, and the table. */
static void
graph_free(struct mm_mutator *m, const struct extent *extent)
{
    for (uint64_t i = 0; i < extent->vertices; i++) {
        struct vertex *vertex = graph_at(i);
        mm_free(m, &NODE, mm_get(vertex->leaf));
        mm_free(m, &VERTEX, vertex);
    }
    for (uint64_t page = 0; page < extent->pages; page++)
        mm_free_array(m, &TABLE, graph_page(page), PAGE_VERTICES);
    mm_free_array(m, &TABLE, mm_get(kept), extent->pages);
}

/* -- The run -------------------------------------------------------------------- */

/* A leaf is replaced while there is no tree: a tree is the most beside the graph. */
static void
live_heap_plan(const struct workload_run *run, struct workload_plan *plan)
{
    struct extent extent = extent_of(run);
    *plan = (struct workload_plan){
        .batches = BATCHES,
        .operations = extent.trees * TREE_NODES,
        .peak_live_bytes = extent.bytes + TREE_NODES * sizeof(struct node),
    };
}

static void
live_heap_setup(struct mm_mutator *m, const struct workload_run *run)
{
    struct extent extent = extent_of(run);
    struct workload_random random = workload_random_seed(run->seed, UINT64_MAX);
    mm_global(m, &kept);
    mm_take(m, &kept, table_new(m, extent.pages));
    for (uint64_t page = 0; page < extent.pages; page++) {
        mm_owned vertices = table_new(m, PAGE_VERTICES);
        struct table *pages = mm_get(kept);
        mm_store_new(m, pages, mm_items(&TABLE, pages) + page, vertices);
    }
    for (uint64_t i = 0; i < extent.vertices; i++)
        graph_shuffle_in(m, i, node_new(m, i), &random);
    for (uint64_t i = 0; i < extent.vertices; i++)
        graph_shuffle_in(m, i, vertex_new(m, i), &random);
}

static uint64_t
live_heap_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                uint64_t batch)
{
    (void)thread;
    struct extent extent = extent_of(run);
    struct workload_random random = workload_random_seed(run->seed, batch);
    uint64_t sum = 0;
    for (uint64_t tree = 1; tree <= extent.trees; tree++) {
        sum += tree_pass(m, batch + tree);
        sum += graph_exchange(m, &extent, &random);
        if (tree % TREES_PER_LEAF == 0)
            sum += graph_replace_leaf(m, &extent, &random);
    }
    return sum;
}

/* Not all is summed up: a walk at random over gigabytes would take longer than the timed part. */
static uint64_t
live_heap_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    struct extent extent = extent_of(run);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < extent.vertices; i += SUMMED) {
        if (i % PAGE_VERTICES < SUMMED)
            mm_safepoint(m);
        sum = workload_mix(sum, vertex_sum_all(graph_at(i)));
    }
    if (MM_FREES)
        graph_free(m, &extent);
    mm_set(m, &kept, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "live_heap",
    .summary = "small trees made and dropped beside a large shuffled graph that is written",
    .operation = "a node of a small tree",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = ~UINT32_C(1), /* 64m is raced always */
    .fixed_live = true,
    .plan = live_heap_plan,
    .setup = live_heap_setup,
    .batch = live_heap_batch,
    .teardown = live_heap_teardown,
};
