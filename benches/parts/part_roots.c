/* part_roots -- what a frame of roots costs: a tree of tiny functions, each with MM_LOCALS of 1, 2,
 * 4 or 8 slots, against the same functions without.
 *
 * Every function enters a frame, sets each slot to its argument, calls itself twice but for the
 * leaves, and counts itself in the object that a slot refers to after the calls.  That count is in
 * memory, and comes last: so a compiler can neither merge the two calls nor make a loop of one.
 * Nothing is allocated, so no collector looks at a slot.  The call itself is in all variants alike.
 */
#include "part.h"

struct object {
    mm_ref other;
    uint64_t number;
};
MM_TYPE(OBJECT, struct object, .acyclic = true, .ref_words = MM_WORD(struct object, other));

static const struct roots_size {
    unsigned depth;
    uint64_t batches;
} SIZES[WORKLOAD_SIZES] = { { 6, 2 }, { 18, 16 }, { 20, 64 } };

static mm_ref kept;

typedef void roots_tree(struct mm_mutator *m, struct object *obj, unsigned depth);

static MM_NOINLINE void
roots_tree_0(struct mm_mutator *m, struct object *obj, unsigned depth)
{
    if (depth) {
        roots_tree_0(m, obj, depth - 1);
        roots_tree_0(m, obj, depth - 1);
    }
    obj->number++;
}

static MM_NOINLINE void
roots_tree_1(struct mm_mutator *m, struct object *obj, unsigned depth)
{
    MM_LOCALS(m, a);
    mm_set(m, &locals->a, obj);
    if (depth) {
        roots_tree_1(m, obj, depth - 1);
        roots_tree_1(m, obj, depth - 1);
    }
    ((struct object *)mm_get(locals->a))->number++;
}

static MM_NOINLINE void
roots_tree_2(struct mm_mutator *m, struct object *obj, unsigned depth)
{
    MM_LOCALS(m, a, b);
    mm_set(m, &locals->a, obj);
    mm_set(m, &locals->b, obj);
    if (depth) {
        roots_tree_2(m, obj, depth - 1);
        roots_tree_2(m, obj, depth - 1);
    }
    ((struct object *)mm_get(locals->b))->number++;
}

static MM_NOINLINE void
roots_tree_4(struct mm_mutator *m, struct object *obj, unsigned depth)
{
    MM_LOCALS(m, a, b, c, d);
    mm_set(m, &locals->a, obj);
    mm_set(m, &locals->b, obj);
    mm_set(m, &locals->c, obj);
    mm_set(m, &locals->d, obj);
    if (depth) {
        roots_tree_4(m, obj, depth - 1);
        roots_tree_4(m, obj, depth - 1);
    }
    ((struct object *)mm_get(locals->d))->number++;
}

static MM_NOINLINE void
roots_tree_8(struct mm_mutator *m, struct object *obj, unsigned depth)
{
    MM_LOCALS(m, a, b, c, d, e, f, g, h);
    mm_set(m, &locals->a, obj);
    mm_set(m, &locals->b, obj);
    mm_set(m, &locals->c, obj);
    mm_set(m, &locals->d, obj);
    mm_set(m, &locals->e, obj);
    mm_set(m, &locals->f, obj);
    mm_set(m, &locals->g, obj);
    mm_set(m, &locals->h, obj);
    if (depth) {
        roots_tree_8(m, obj, depth - 1);
        roots_tree_8(m, obj, depth - 1);
    }
    ((struct object *)mm_get(locals->h))->number++;
}

static const char *const VARIANTS[] = { "none", "1", "2", "4", "8", NULL };
static roots_tree *const TREES[] = { roots_tree_0, roots_tree_1, roots_tree_2, roots_tree_4,
                                     roots_tree_8 };

static void
part_roots_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = SIZES[run->size].batches,
        .operations = (UINT64_C(2) << SIZES[run->size].depth) - 1,
        .peak_live_bytes = PART_BLOCK_BYTES[run->size] + sizeof(struct object),
    };
}

static void
part_roots_setup(struct mm_mutator *m, const struct workload_run *run)
{
    part_block_keep(m, PART_BLOCK_BYTES[run->size]);
    mm_global(m, &kept);
    mm_take(m, &kept, mm_new(m, &OBJECT));
    ((struct object *)mm_get(kept))->number = run->seed + 1;
}

static uint64_t
part_roots_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                 uint64_t batch)
{
    (void)thread, (void)batch;
    TREES[run->variant](m, mm_get(kept), SIZES[run->size].depth);
    return ((struct object *)mm_get(kept))->number;
}

static uint64_t
part_roots_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    struct object *obj = mm_get(kept);
    uint64_t sum = obj->number + part_block_drop(m);
    if (MM_FREES)
        mm_free(m, &OBJECT, obj);
    mm_set(m, &kept, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "part_roots",
    .summary = "one object; a tree of calls with frames of roots",
    .operation = "a call",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_roots_plan,
    .setup = part_roots_setup,
    .batch = part_roots_batch,
    .teardown = part_roots_teardown,
};
