/* quad_trees -- rounds of quad trees made and dropped beside a much larger one that stays.
 *
 * After `quads` of the collector library Whippet: one long-lived quad tree, then rounds, each of
 * about 13 % of a heap of twice that size in smaller trees.  Few rounds see a collection, and
 * each collection marks the large tree again: a round's time with one or without is the question.
 * The nodes are wide, so a marker finds four children at once. */
#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

/* A square on the Z-curve. */
struct quad {
    mm_ref nw, ne, sw, se;
    uint64_t corner; /* where it begins */
    uint64_t area;
};

MM_TYPE(QUAD, struct quad, .acyclic = true,
        .ref_words = MM_WORD(struct quad, nw) | MM_WORD(struct quad, ne) |
                     MM_WORD(struct quad, sw) | MM_WORD(struct quad, se));

static const struct quad_size {
    unsigned kept_depth, brief_depth;
    uint64_t trees, rounds;
} SIZES[WORKLOAD_SIZES] = {
    { .kept_depth = 5, .brief_depth = 2, .trees = 17, .rounds = 8 },
    { .kept_depth = 9, .brief_depth = 6, .trees = 17, .rounds = 48 },
    { .kept_depth = 11, .brief_depth = 8, .trees = 17, .rounds = 48 },
};

static mm_ref kept;

static void
quad_place(struct quad *quad, uint64_t corner, uint64_t area)
{
    quad->corner = corner;
    quad->area = area;
}

static mm_owned
quad_new(struct mm_mutator *m, unsigned depth, uint64_t corner)
{
    if (depth == 0) {
        mm_owned leaf = mm_new(m, &QUAD);
        quad_place(mm_peek(leaf), corner, 1);
        return leaf;
    }
    uint64_t quarter = UINT64_C(1) << (2 * (depth - 1));
    MM_LOCALS(m, nw, ne, sw, se);
    mm_take(m, &locals->nw, quad_new(m, depth - 1, corner));
    mm_take(m, &locals->ne, quad_new(m, depth - 1, corner + quarter));
    mm_take(m, &locals->sw, quad_new(m, depth - 1, corner + 2 * quarter));
    mm_take(m, &locals->se, quad_new(m, depth - 1, corner + 3 * quarter));
    mm_owned self = mm_new(m, &QUAD);
    struct quad *quad = mm_peek(self);
    mm_init_new(m, quad, &quad->nw, mm_move(m, &locals->nw));
    mm_init_new(m, quad, &quad->ne, mm_move(m, &locals->ne));
    mm_init_new(m, quad, &quad->sw, mm_move(m, &locals->sw));
    mm_init_new(m, quad, &quad->se, mm_move(m, &locals->se));
    quad_place(quad, corner, 4 * quarter);
    return self;
}

static uint64_t
quad_sum(const struct quad *quad)
{
    uint64_t sum = quad->corner ^ quad->area;
    const struct quad *nw = mm_get(quad->nw);
    if (nw)
        sum += quad_sum(nw) + 3 * quad_sum(mm_get(quad->ne)) + 5 * quad_sum(mm_get(quad->sw)) +
               7 * quad_sum(mm_get(quad->se));
    return sum;
}

static void
quad_free(struct mm_mutator *m, struct quad *quad)
{
    struct quad *nw = mm_get(quad->nw);
    if (nw) {
        quad_free(m, nw);
        quad_free(m, mm_get(quad->ne));
        quad_free(m, mm_get(quad->sw));
        quad_free(m, mm_get(quad->se));
    }
    mm_free(m, &QUAD, quad);
}

/* Sums up the tree in a root, and drops it. */
static uint64_t
quad_drop(struct mm_mutator *m, mm_ref *root)
{
    uint64_t sum = quad_sum(mm_get(*root));
    if (MM_FREES)
        quad_free(m, mm_get(*root));
    mm_set(m, root, NULL);
    return sum;
}

static uint64_t
quad_nodes(unsigned depth)
{
    return ((UINT64_C(4) << (2 * depth)) - 1) / 3;
}

static void
quad_trees_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct quad_size *size = &SIZES[run->size];
    *plan = (struct workload_plan){
        .batches = size->rounds,
        .operations = size->trees * quad_nodes(size->brief_depth),
        .peak_live_bytes = (quad_nodes(size->kept_depth) + quad_nodes(size->brief_depth)) *
                           sizeof(struct quad),
    };
}

static void
quad_trees_setup(struct mm_mutator *m, const struct workload_run *run)
{
    mm_global(m, &kept);
    mm_take(m, &kept, quad_new(m, SIZES[run->size].kept_depth, 0));
}

/* A batch is a round. */
static uint64_t
quad_trees_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                 uint64_t batch)
{
    (void)thread;
    const struct quad_size *size = &SIZES[run->size];
    MM_LOCALS(m, brief);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < size->trees; i++) {
        struct mm_scope scope = mm_scope_begin(m);
        mm_take(m, &locals->brief, quad_new(m, size->brief_depth, batch + i));
        sum += quad_drop(m, &locals->brief);
        mm_scope_end(m, scope);
    }
    return sum;
}

static uint64_t
quad_trees_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    return quad_drop(m, &kept);
}

const struct workload WORKLOAD = {
    .name = "quad_trees",
    .summary = "small quad trees that die whole, beside a large one that stays",
    .operation = "a node",
    .threads_default = 1,
    .threads_max = 1,
    .plan = quad_trees_plan,
    .setup = quad_trees_setup,
    .batch = quad_trees_batch,
    .teardown = quad_trees_teardown,
};
