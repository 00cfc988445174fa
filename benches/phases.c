/* phases -- phases within phases; each builds something that dies when it ends.
 *
 * Lifetimes: a program of modules stands throughout.  A batch compiles, so to speak, one module:
 * unit by unit, each unit has a syntax tree, and pass by pass, each pass has a worklist.  The
 * worklist dies with its pass, the tree with its unit, and the code that the passes emit for the
 * module, made in the module's scope, with the batch.
 *
 * Stresses: deaths in bulk and in order of birth, the best case of an arena and of generations;
 * a manager that is told of each death pays for a walk over each list and tree. */
#include "workload_tools.h"

struct tree {
    mm_ref left, right;
    uint64_t key, weight;
};
struct work {
    mm_ref next;
    uint64_t key, weight, place, cost, order, spare[2];
};
struct code {
    mm_ref next;
    uint64_t opcode, operands[6];
};
MM_TYPE(TREE, struct tree, .acyclic = true,
        .ref_words = MM_WORD(struct tree, left) | MM_WORD(struct tree, right));
MM_TYPE(WORK, struct work, .acyclic = true, .ref_words = MM_WORD(struct work, next));
MM_TYPE(CODE, struct code, .acyclic = true, .ref_words = MM_WORD(struct code, next));

/* A pass has `works` items, and emits code for every eighth. */
enum { CODE_EACH = 8 };
struct phases_shape {
    uint64_t kept; /* code of the standing modules */
    uint64_t batches, units, passes, works;
    unsigned depth; /* of a unit's tree */
};
static const struct phases_shape SHAPES[WORKLOAD_SIZES] = {
    [WORKLOAD_SMOKE] = { 1000, 2, 3, 4, 64, 5 },
    [WORKLOAD_NORMAL] = { 230000, 9, 64, 16, 256, 9 },
    [WORKLOAD_LARGE] = { 4000000, 11, 256, 32, 512, 10 },
};

static mm_ref phases_kept;

static uint64_t
tree_nodes(unsigned depth)
{
    return (UINT64_C(2) << depth) - 1;
}

/* All is at its most in the last pass of a batch: its worklist, its unit's tree, and all code. */
static void
phases_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct phases_shape *shape = &SHAPES[run->size];
    uint64_t works = shape->units * shape->passes * shape->works;
    uint64_t code = works / CODE_EACH;
    *plan = (struct workload_plan){
        .batches = shape->batches,
        .operations = works + code + shape->units * tree_nodes(shape->depth),
        .peak_live_bytes = (shape->kept + code) * sizeof(struct code) +
                           shape->works * sizeof(struct work) +
                           tree_nodes(shape->depth) * sizeof(struct tree),
    };
}

/* Puts a new instruction before those in `list`, a root; in the scope `module`. */
static void
code_emit(struct mm_mutator *m, struct mm_scope module, mm_ref *list, uint64_t opcode,
          uint64_t operand)
{
    mm_owned self = mm_new_in(m, module, &CODE);
    struct code *code = mm_peek(self);
    code->opcode = opcode;
    for (unsigned i = 0; i < 6; i++)
        code->operands[i] = operand + i;
    mm_init(m, code, &code->next, mm_get(*list));
    mm_take(m, list, self);
}

static uint64_t
code_sum(const struct code *code)
{
    uint64_t sum = 0;
    for (; code; code = mm_get(code->next))
        sum = workload_mix(sum, code->opcode + code->operands[code->opcode % 6]);
    return sum;
}

static void
code_free(struct mm_mutator *m, struct code *code)
{
    while (code) {
        struct code *next = mm_get(code->next);
        mm_free(m, &CODE, code);
        code = next;
    }
}

static mm_owned
tree_new(struct mm_mutator *m, unsigned depth, uint64_t key)
{
    if (depth == 0) {
        mm_owned leaf = mm_new(m, &TREE);
        struct tree *tree = mm_peek(leaf);
        tree->key = key;
        tree->weight = 1;
        return leaf;
    }
    MM_LOCALS(m, left, right);
    mm_take(m, &locals->left, tree_new(m, depth - 1, 2 * key));
    mm_take(m, &locals->right, tree_new(m, depth - 1, 2 * key + 1));
    mm_owned self = mm_new(m, &TREE);
    struct tree *tree = mm_peek(self);
    mm_init_new(m, tree, &tree->left, mm_move(m, &locals->left));
    mm_init_new(m, tree, &tree->right, mm_move(m, &locals->right));
    tree->key = key;
    tree->weight = UINT64_C(1) << depth;
    return self;
}

/* The node on the way that the bits of `path` show, as far down as they go. */
static const struct tree *
tree_find(const struct tree *tree, uint64_t path)
{
    for (; path > 1; path >>= 1) {
        const struct tree *below = path & 1 ? mm_get(tree->left) : mm_get(tree->right);
        if (!below)
            break;
        tree = below;
    }
    return tree;
}

static void
tree_free(struct mm_mutator *m, struct tree *tree)
{
    struct tree *left = mm_get(tree->left);
    if (left) {
        tree_free(m, left);
        tree_free(m, mm_get(tree->right));
    }
    mm_free(m, &TREE, tree);
}

/* A worklist over the tree in the root `tree`, the last item first. */
static void
work_gather(struct mm_mutator *m, const mm_ref *tree, mm_ref *list, uint64_t works, uint64_t seed)
{
    for (uint64_t i = 0; i < works; i++) {
        mm_owned self = mm_new(m, &WORK);
        struct work *work = mm_peek(self);
        const struct tree *at = tree_find(mm_get(*tree), workload_mix(seed, i) & 0xffff);
        work->key = at->key;
        work->weight = at->weight;
        work->place = i;
        work->cost = at->key ^ seed;
        mm_init(m, work, &work->next, mm_get(*list));
        mm_take(m, list, self);
    }
}

/* Emits code for every eighth item of the worklist; `item` is a root to walk with. */
static uint64_t
work_translate(struct mm_mutator *m, struct mm_scope module, const mm_ref *list, mm_ref *item,
               mm_ref *code)
{
    uint64_t sum = 0;
    mm_set(m, item, mm_get(*list));
    for (struct work *work; (work = mm_get(*item)) != NULL;) {
        mm_set(m, item, mm_get(work->next));
        sum = workload_mix(sum, work->weight);
        if (work->place % CODE_EACH == 0)
            code_emit(m, module, code, work->key, work->cost);
    }
    return sum;
}

static void
work_free(struct mm_mutator *m, struct work *work)
{
    while (work) {
        struct work *next = mm_get(work->next);
        mm_free(m, &WORK, work);
        work = next;
    }
}

/* Lifetime of a worklist. */
static uint64_t
phases_pass(struct mm_mutator *m, struct mm_scope module, const mm_ref *tree, mm_ref *code,
            uint64_t works, uint64_t seed)
{
    MM_LOCALS(m, list, item);
    struct mm_scope scope = mm_scope_begin(m);
    work_gather(m, tree, &locals->list, works, seed);
    uint64_t sum = work_translate(m, module, &locals->list, &locals->item, code);
    if (MM_FREES)
        work_free(m, mm_get(locals->list));
    mm_set(m, &locals->list, NULL);
    mm_scope_end(m, scope);
    return sum;
}

/* Lifetime of a tree. */
static uint64_t
phases_unit(struct mm_mutator *m, struct mm_scope module, mm_ref *code,
            const struct phases_shape *shape, uint64_t seed)
{
    MM_LOCALS(m, tree);
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, &locals->tree, tree_new(m, shape->depth, 1));
    uint64_t sum = 0;
    for (uint64_t pass = 0; pass < shape->passes; pass++)
        sum += phases_pass(m, module, &locals->tree, code, shape->works, workload_mix(seed, pass));
    if (MM_FREES)
        tree_free(m, mm_get(locals->tree));
    mm_set(m, &locals->tree, NULL);
    mm_scope_end(m, scope);
    return sum;
}

/* Lifetime of a module's code. */
static uint64_t
phases_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread, uint64_t batch)
{
    (void)thread;
    const struct phases_shape *shape = &SHAPES[run->size];
    MM_LOCALS(m, code);
    struct mm_scope module = mm_scope_begin(m);
    uint64_t sum = 0;
    for (uint64_t unit = 0; unit < shape->units; unit++)
        sum += phases_unit(m, module, &locals->code, shape, workload_mix(run->seed + batch, unit));
    sum += code_sum(mm_get(locals->code));
    if (MM_FREES)
        code_free(m, mm_get(locals->code));
    mm_set(m, &locals->code, NULL);
    mm_scope_end(m, module);
    return sum;
}

static void
phases_setup(struct mm_mutator *m, const struct workload_run *run)
{
    const struct phases_shape *shape = &SHAPES[run->size];
    mm_global(m, &phases_kept);
    struct mm_scope scope = mm_scope_begin(m);
    for (uint64_t i = 0; i < shape->kept; i++)
        code_emit(m, mm_scope_program(m), &phases_kept, i, run->seed);
    mm_scope_end(m, scope);
}

static uint64_t
phases_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    uint64_t sum = code_sum(mm_get(phases_kept));
    if (MM_FREES)
        code_free(m, mm_get(phases_kept));
    mm_set(m, &phases_kept, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "phases",
    .summary = "nested phases, whose lists and trees die when they end",
    .operation = "an object made",
    .threads_default = 1,
    .threads_max = 1,
    .plan = phases_plan,
    .setup = phases_setup,
    .batch = phases_batch,
    .teardown = phases_teardown,
};
