/* graphs.c -- proves that a manager keeps exactly what can be reached: random graphs with cycles,
 * changed at random while the manager works, beside an oracle that knows every edge and walks them
 * from the roots.
 *
 * Nothing is stated dead, so only managers that find it out by themselves are tested.  After each
 * graph all that is reachable is compared with the oracle, mm_collect must leave exactly that
 * many bytes alive, and at the end none.
 *
 * $GRAPHS says how many graphs (1000; the long run is GRAPHS=100000), $GRAPHS_SEED which is the
 * first (1).  A failed one is named by its seed. */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ROOTS = 6,
    OBJECTS = 128, /* that the oracle knows at once */
    REFS = 4,
    OPERATIONS = 1000,
    OF_ONE_HEAP = 100, /* graphs */
    FREED_EVERY = 8, /* one graph in so many ends with a look at its roots only after their drop */
};

/* Three shapes, so that objects of different types and sizes follow each other. */
struct vertex {
    uint64_t number;
    mm_ref edges[REFS];
};
struct gap {
    mm_ref first;
    uint64_t number;
    mm_ref second;
};
struct row {
    uint64_t number;
};
MM_TYPE(VERTEX, struct vertex, .ref_words = 30);
MM_TYPE(GAP, struct gap, .ref_words = MM_WORD(struct gap, first) | MM_WORD(struct gap, second));
MM_TYPE(ROW, struct row, .tail = MM_TAIL_REFS);

enum shape { SHAPE_VERTEX, SHAPE_GAP, SHAPE_ROW, SHAPES };

struct oracle_object {
    uint64_t number; /* 0: none */
    enum shape shape;
    uint32_t edges[REFS]; /* 0: null */
    bool is_reached;
    void *at; /* where the walk found it */
};

struct graphs {
    struct mm_heap *heap;
    struct mm_mutator *m;
    struct test_random random;
    uint64_t numbers;
    uint32_t roots[ROOTS];
    struct oracle_object objects[OBJECTS]; /* 0 is null */
};

static mm_ref graphs_roots[ROOTS];

static uint32_t
graphs_edges(enum shape shape)
{
    return shape == SHAPE_GAP ? 2 : REFS;
}

static mm_ref *
graphs_place(enum shape shape, void *obj, uint32_t edge)
{
    switch (shape) {
    case SHAPE_VERTEX:
        return &((struct vertex *)obj)->edges[edge];
    case SHAPE_GAP:
        return edge ? &((struct gap *)obj)->second : &((struct gap *)obj)->first;
    default:
        return mm_items(&ROW, obj) + edge;
    }
}

static uint64_t *
graphs_number(enum shape shape, void *obj)
{
    return shape == SHAPE_GAP ? &((struct gap *)obj)->number : (uint64_t *)obj;
}

/* -- the oracle -- */

static void
oracle_reach(struct graphs *g, uint32_t index)
{
    uint32_t stack[OBJECTS * REFS + ROOTS], depth = 0;
    stack[depth++] = index;
    while (depth > 0) {
        struct oracle_object *object = &g->objects[stack[--depth]];
        if (!object->number || object->is_reached)
            continue;
        object->is_reached = true;
        for (uint32_t i = 0; i < graphs_edges(object->shape); i++)
            stack[depth++] = object->edges[i];
    }
}

/* What is not reached is forgotten. */
static void
oracle_collect(struct graphs *g)
{
    for (uint32_t i = 1; i < OBJECTS; i++)
        g->objects[i].is_reached = false;
    for (uint32_t i = 0; i < ROOTS; i++)
        oracle_reach(g, g->roots[i]);
    for (uint32_t i = 1; i < OBJECTS; i++)
        if (!g->objects[i].is_reached)
            g->objects[i] = (struct oracle_object){ .number = 0 };
}

/* A free entry, or 0. */
static uint32_t
oracle_entry(const struct graphs *g)
{
    for (uint32_t i = 1; i < OBJECTS; i++)
        if (!g->objects[i].number)
            return i;
    return 0;
}

/* -- comparison -- */

static void graphs_compare(struct graphs *g, uint32_t index, void *obj);

static void
graphs_compare_edges(struct graphs *g, const struct oracle_object *object, void *obj)
{
    for (uint32_t i = 0; i < graphs_edges(object->shape); i++)
        graphs_compare(g, object->edges[i], mm_get(*graphs_place(object->shape, obj, i)));
}

static void
graphs_compare(struct graphs *g, uint32_t index, void *obj)
{
    struct oracle_object *object = &g->objects[index];
    if (!index) {
        mm_assert(!obj);
        return;
    }
    if (object->at) {
        mm_assert(object->at == obj);
        return;
    }
    mm_assert(obj);
    mm_assert(*graphs_number(object->shape, obj) == object->number);
    object->at = obj;
    graphs_compare_edges(g, object, obj);
}

static void
graphs_compare_all(struct graphs *g)
{
    for (uint32_t i = 1; i < OBJECTS; i++)
        g->objects[i].at = NULL;
    for (uint32_t i = 0; i < ROOTS; i++)
        graphs_compare(g, g->roots[i], mm_get(graphs_roots[i]));
}

static uint64_t
graphs_live_bytes(const struct graphs *g)
{
    struct mm_stats stats;
    mm_collect(g->m);
    mm_stats(g->heap, &stats);
    return stats.live_bytes;
}

/* -- operations -- */

/* The object that a random walk from a random root ends at, or 0. */
static uint32_t
graphs_walk(struct graphs *g, void **obj)
{
    uint32_t root = test_random_below(&g->random, ROOTS), index = g->roots[root];
    *obj = mm_get(graphs_roots[root]);
    for (uint32_t steps = test_random_below(&g->random, 12); index && steps > 0; steps--) {
        const struct oracle_object *object = &g->objects[index];
        uint32_t edge = test_random_below(&g->random, graphs_edges(object->shape));
        if (!object->edges[edge])
            break;
        *obj = mm_get(*graphs_place(object->shape, *obj, edge));
        index = object->edges[edge];
    }
    return index;
}

static mm_owned
graphs_new(struct graphs *g, uint32_t index)
{
    static const struct mm_type *const types[SHAPES] = { &VERTEX, &GAP, &ROW };
    enum shape shape = test_random_below(&g->random, SHAPES);
    mm_owned owned = shape == SHAPE_ROW ? mm_new_array(g->m, types[shape], REFS)
                                        : mm_new(g->m, types[shape]);
    g->objects[index] = (struct oracle_object){ .number = ++g->numbers, .shape = shape };
    *graphs_number(shape, mm_peek(owned)) = g->numbers;
    return owned;
}

static void
graphs_op_new(struct graphs *g)
{
    uint32_t index = oracle_entry(g);
    if (!index) {
        oracle_collect(g);
        return;
    }
    mm_owned owned = graphs_new(g, index);
    void *obj, *fresh = mm_peek(owned);
    uint32_t kept = graphs_walk(g, &obj);
    if (kept && test_random_below(&g->random, 2)) {
        mm_init(g->m, fresh, graphs_place(g->objects[index].shape, fresh, 1), obj);
        g->objects[index].edges[1] = kept;
    }
    uint32_t holder = graphs_walk(g, &obj);
    if (holder && test_random_below(&g->random, 4)) {
        enum shape shape = g->objects[holder].shape;
        uint32_t edge = test_random_below(&g->random, graphs_edges(shape));
        mm_store_new(g->m, obj, graphs_place(shape, obj, edge), owned);
        g->objects[holder].edges[edge] = index;
        return;
    }
    uint32_t root = test_random_below(&g->random, ROOTS);
    mm_take(g->m, &graphs_roots[root], owned);
    g->roots[root] = index;
}

static void
graphs_op_store(struct graphs *g)
{
    void *from, *to;
    uint32_t to_index = graphs_walk(g, &to), from_index = graphs_walk(g, &from);
    if (!from_index)
        return;
    enum shape shape = g->objects[from_index].shape;
    uint32_t edge = test_random_below(&g->random, graphs_edges(shape));
    mm_store(g->m, from, graphs_place(shape, from, edge), to_index ? to : NULL);
    g->objects[from_index].edges[edge] = to_index;
}

static void
graphs_op_root(struct graphs *g)
{
    void *obj;
    uint32_t index = test_random_below(&g->random, 8) ? graphs_walk(g, &obj) : 0;
    uint32_t root = test_random_below(&g->random, ROOTS);
    mm_set(g->m, &graphs_roots[root], index ? obj : NULL);
    g->roots[root] = index;
}

/* A reference moves from a root into a field: no count changes. */
static void
graphs_op_move(struct graphs *g)
{
    void *obj;
    uint32_t root = test_random_below(&g->random, ROOTS), holder = graphs_walk(g, &obj);
    if (!holder || !g->roots[root] || g->roots[root] == holder)
        return;
    enum shape shape = g->objects[holder].shape;
    uint32_t edge = test_random_below(&g->random, graphs_edges(shape));
    mm_store_new(g->m, obj, graphs_place(shape, obj, edge), mm_move(g->m, &graphs_roots[root]));
    g->objects[holder].edges[edge] = g->roots[root];
    mm_set(g->m, &graphs_roots[root], NULL);
    g->roots[root] = 0;
}

/* Rows over themselves and each other, and rows that grow and shrink again. */
static void
graphs_op_row(struct graphs *g)
{
    void *from, *to;
    uint32_t to_index = graphs_walk(g, &to), from_index = graphs_walk(g, &from);
    if (!from_index || !to_index || g->objects[from_index].shape != SHAPE_ROW ||
        g->objects[to_index].shape != SHAPE_ROW)
        return;
    uint32_t n = 1 + test_random_below(&g->random, REFS);
    uint32_t to_at = test_random_below(&g->random, REFS - n + 1);
    uint32_t from_at = test_random_below(&g->random, REFS - n + 1);
    mm_copy(g->m, to, mm_items(&ROW, to) + to_at, mm_items(&ROW, from) + from_at, n);
    memmove(&g->objects[to_index].edges[to_at], &g->objects[from_index].edges[from_at],
            n * sizeof(uint32_t));
}

static void
graphs_op_clear(struct graphs *g)
{
    void *obj;
    uint32_t index = graphs_walk(g, &obj);
    if (!index || g->objects[index].shape != SHAPE_ROW || test_random_below(&g->random, 4))
        return;
    mm_clear(g->m, obj, mm_items(&ROW, obj), REFS);
    memset(g->objects[index].edges, 0, sizeof g->objects[index].edges);
}

static void
graphs_operation(struct graphs *g)
{
    static void (*const operations[])(struct graphs * g) = {
        graphs_op_new,   graphs_op_new,   graphs_op_new,  graphs_op_new,   graphs_op_store,
        graphs_op_store, graphs_op_store, graphs_op_root, graphs_op_root,  graphs_op_move,
        graphs_op_move,  graphs_op_row,   graphs_op_row,  graphs_op_clear,
    };
    operations[test_random_below(&g->random, sizeof operations / sizeof *operations)](g);
}

/* -- one graph -- */

static uint64_t
graphs_payload_bytes(const struct graphs *g)
{
    uint64_t bytes = 0;
    for (uint32_t i = 1; i < OBJECTS; i++)
        if (g->objects[i].is_reached)
            bytes += g->objects[i].shape == SHAPE_GAP ? sizeof(struct gap) : sizeof(struct vertex);
    return bytes;
}

/* What is alive beyond the payload is at most two words an object. */
static void
graphs_check(struct graphs *g, uint64_t before)
{
    oracle_collect(g);
    graphs_compare_all(g);
    uint64_t live = graphs_live_bytes(g) - before, payload = graphs_payload_bytes(g), most = 0;
    for (uint32_t i = 1; i < OBJECTS; i++)
        most += g->objects[i].is_reached ? 2 * MM_WORD_BYTES : 0;
    mm_assert(live >= payload);
    mm_assert(live <= payload + most);
    graphs_compare_all(g);
}

static void
graphs_run(struct graphs *g, uint64_t seed, uint64_t before)
{
    g->random.state = seed;
    memset(g->objects, 0, sizeof g->objects);
    memset(g->roots, 0, sizeof g->roots);
    uint32_t checked = test_random_below(&g->random, OPERATIONS);
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        graphs_operation(g);
        if (i == checked)
            mm_verify(g->heap);
    }
    if (seed % FREED_EVERY)
        graphs_check(g, before);
    for (uint32_t i = 0; i < ROOTS; i++) {
        mm_set(g->m, &graphs_roots[i], NULL);
        g->roots[i] = 0;
    }
    graphs_check(g, before);
}

struct graphs_range {
    uint64_t from, n;
    uint64_t *at; /* shared with the parent: the seed at hand */
};

static void
graphs_child(void *user)
{
    const struct graphs_range *range = user;
    /* The least slice: searches in many portions. */
    struct mm_config config = { .slice_us = 1, .seed = range->from };
    struct graphs *g = calloc(1, sizeof *g);
    mm_assert(g);
    g->heap = mm_heap_create(&config);
    g->m = mm_attach(g->heap);
    for (uint32_t i = 0; i < ROOTS; i++)
        mm_global(g->m, &graphs_roots[i]);
    uint64_t before = graphs_live_bytes(g);
    for (uint64_t i = 0; i < range->n; i++) {
        *range->at = range->from + i;
        graphs_run(g, range->from + i, before);
    }
    mm_verify(g->heap);
    mm_detach(g->m);
    mm_heap_destroy(g->heap);
    free(g);
}

static uint64_t
graphs_option(const char *name, uint64_t usual)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : usual;
}

int
main(void)
{
    uint64_t n = graphs_option("GRAPHS", 1000), seed = graphs_option("GRAPHS_SEED", 1);
    uint64_t *at = test_shared(sizeof *at);
    for (uint64_t done = 0; done < n; done += OF_ONE_HEAP) {
        uint64_t left = n - done;
        struct graphs_range range = { seed + done, left < OF_ONE_HEAP ? left : OF_ONE_HEAP, at };
        int status = test_child(graphs_child, &range);
        if (status) {
            printf("graphs %s: seed %llu, of the heap that began with seed %llu: status %d\n",
                   MM_MANAGER.name, (unsigned long long)*at, (unsigned long long)range.from,
                   status);
            return 1;
        }
    }
    return 0;
}
