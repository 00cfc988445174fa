/* shared_counts.c -- proves that counts are right when objects are counted by threads that did not
 * make them: random graphs with cycles, changed by two threads, beside an oracle that knows every
 * edge and walks them from the roots.
 *
 * The threads take turns at the graph, under a lock, since borrowed views are good only as long as
 * nobody else takes the last place away; each makes objects, and stores and drops references to
 * all of them.  Beside the turns both make garbage of their own, come by safepoints, park, and come
 * and go, so that what one has counted is applied at any moment of the other's.  After each graph
 * all that is reachable is compared with the oracle, and mm_collect leaves exactly that alive. */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

enum {
    THREADS = 2,
    GRAPHS = TEST_FEWER ? 8 : 20,
    TURNS = 600, /* of a thread, for a graph */
    CHANGES = 6, /* of a turn, at most */
    OBJECTS = 96,
    EDGES = 3,
    ROOTS = 4,
    LEAVE_EACH = 64
};

struct vertex {
    mm_ref edges[EDGES];
    uint64_t number;
};
struct table {
    uint64_t unused;
};
MM_TYPE(VERTEX, struct vertex, .ref_words = 7);
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS);

/* What the oracle knows of an object; number 0: nothing. */
struct oracle_vertex {
    uint64_t number;
    uint32_t edges[EDGES]; /* 0: null */
    bool is_reached;
    const void *at;
};

struct shared {
    struct mm_heap *heap;
    pthread_barrier_t begin;
    pthread_mutex_t lock;
    struct test_random random; /* with the lock, and so is the rest */
    uint64_t numbers;
    uint32_t roots[ROOTS];
    struct oracle_vertex vertices[OBJECTS]; /* 0 is null */
};

struct shared_worker {
    struct shared *shared;
    struct test_random random;
};

static mm_ref shared_table; /* holds the roots */

static mm_ref *
shared_root(uint32_t i)
{
    return mm_items(&TABLE, mm_get(shared_table)) + i;
}

/* -- the oracle -- */

static void
oracle_reach(struct shared *g, uint32_t index)
{
    struct oracle_vertex *vertex = &g->vertices[index];
    if (!vertex->number || vertex->is_reached)
        return;
    vertex->is_reached = true;
    for (uint32_t i = 0; i < EDGES; i++)
        oracle_reach(g, vertex->edges[i]);
}

/* What is not reached is forgotten; says how many are left. */
static uint32_t
oracle_collect(struct shared *g)
{
    uint32_t n = 0;
    for (uint32_t i = 1; i < OBJECTS; i++)
        g->vertices[i].is_reached = false;
    for (uint32_t i = 0; i < ROOTS; i++)
        oracle_reach(g, g->roots[i]);
    for (uint32_t i = 1; i < OBJECTS; i++) {
        n += g->vertices[i].is_reached;
        if (!g->vertices[i].is_reached)
            g->vertices[i] = (struct oracle_vertex){ .number = 0 };
    }
    return n;
}

static uint32_t
oracle_entry(const struct shared *g)
{
    for (uint32_t i = 1; i < OBJECTS; i++)
        if (!g->vertices[i].number)
            return i;
    return 0;
}

static void
oracle_compare(struct shared *g, uint32_t index, struct vertex *vertex)
{
    struct oracle_vertex *expected = &g->vertices[index];
    mm_assert((index == 0) == (vertex == NULL));
    if (!vertex || expected->at) {
        mm_assert(!vertex || expected->at == vertex);
        return;
    }
    expected->at = vertex;
    mm_assert(vertex->number == expected->number);
    for (uint32_t i = 0; i < EDGES; i++)
        oracle_compare(g, expected->edges[i], mm_get(vertex->edges[i]));
}

static void
oracle_compare_all(struct shared *g)
{
    for (uint32_t i = 1; i < OBJECTS; i++)
        g->vertices[i].at = NULL;
    for (uint32_t i = 0; i < ROOTS; i++)
        oracle_compare(g, g->roots[i], mm_get(*shared_root(i)));
}

/* -- changes -- */

/* The object at the end of a random walk, or 0. */
static uint32_t
shared_walk(struct shared *g, struct vertex **vertex)
{
    uint32_t root = test_random_below(&g->random, ROOTS), index = g->roots[root];
    *vertex = mm_get(*shared_root(root));
    for (uint32_t steps = test_random_below(&g->random, 8); index && steps > 0; steps--) {
        uint32_t edge = test_random_below(&g->random, EDGES);
        if (!g->vertices[index].edges[edge])
            break;
        index = g->vertices[index].edges[edge];
        *vertex = mm_get((*vertex)->edges[edge]);
    }
    return index;
}

static void
shared_set_root(struct shared *g, struct mm_mutator *m, uint32_t index, struct vertex *vertex)
{
    uint32_t root = test_random_below(&g->random, ROOTS);
    mm_store(m, mm_get(shared_table), shared_root(root), vertex);
    g->roots[root] = index;
}

/* A new object, which another one or a root holds. */
static void
shared_make(struct shared *g, struct mm_mutator *m, mm_ref *local)
{
    uint32_t index = oracle_entry(g);
    if (!index)
        return;
    struct vertex *fresh = mm_get(*local), *holder, *kept;
    g->vertices[index] = (struct oracle_vertex){ .number = ++g->numbers };
    fresh->number = g->numbers;
    g->vertices[index].edges[0] = shared_walk(g, &kept);
    mm_store(m, fresh, &fresh->edges[0], g->vertices[index].edges[0] ? kept : NULL);
    uint32_t holder_index = shared_walk(g, &holder), edge = test_random_below(&g->random, EDGES);
    if (!holder_index) {
        shared_set_root(g, m, index, fresh);
        return;
    }
    if (test_random_below(&g->random, 2))
        mm_store_new(m, holder, &holder->edges[edge], mm_move(m, local));
    else
        mm_store(m, holder, &holder->edges[edge], fresh);
    g->vertices[holder_index].edges[edge] = index;
}

static void
shared_link(struct shared *g, struct mm_mutator *m)
{
    struct vertex *from, *to;
    uint32_t to_index = shared_walk(g, &to), from_index = shared_walk(g, &from);
    uint32_t edge = test_random_below(&g->random, EDGES);
    if (!from_index)
        return;
    if (test_random_below(&g->random, 4) == 0)
        mm_assert(
            mm_cas(m, from, &from->edges[edge], mm_get(from->edges[edge]), to_index ? to : NULL));
    else
        mm_store(m, from, &from->edges[edge], to_index ? to : NULL);
    g->vertices[from_index].edges[edge] = to_index;
}

static void
shared_copy(struct shared *g, struct mm_mutator *m)
{
    struct vertex *from, *to;
    uint32_t to_index = shared_walk(g, &to), from_index = shared_walk(g, &from);
    if (!from_index || !to_index)
        return;
    mm_copy(m, to, to->edges, from->edges + 1, EDGES - 1);
    memmove(g->vertices[to_index].edges, g->vertices[from_index].edges + 1,
            (EDGES - 1) * sizeof(uint32_t));
}

/* One change; `local` holds a new object. */
static void
shared_change(struct shared *g, struct mm_mutator *m, mm_ref *local)
{
    struct vertex *vertex;
    uint32_t index;
    switch (test_random_below(&g->random, 8)) {
    case 0:
        index = test_random_below(&g->random, 3) ? shared_walk(g, &vertex) : 0;
        shared_set_root(g, m, index, index ? vertex : NULL);
        break;
    case 1:
        shared_copy(g, m);
        break;
    case 2:
    case 3:
    case 4:
        shared_link(g, m);
        break;
    default:
        shared_make(g, m, local);
    }
}

/* The lock is waited for parked, and nothing in a turn may collect. */
static void
shared_turn(struct shared *g, struct mm_mutator *m, uint32_t changes)
{
    for (uint32_t i = 0; i < changes; i++) {
        MM_LOCALS(m, local);
        mm_take(m, &locals->local, mm_new(m, &VERTEX));
        mm_park(m);
        pthread_mutex_lock(&g->lock);
        mm_unpark(m);
        if (!oracle_entry(g))
            (void)oracle_collect(g);
        shared_change(g, m, &locals->local);
        pthread_mutex_unlock(&g->lock);
        sched_yield(); /* or it has the lock again before the other wakes up */
    }
}

/* A ring that only its maker ever sees. */
static void
shared_litter(struct mm_mutator *m)
{
    MM_LOCALS(m, first);
    mm_take(m, &locals->first, mm_new(m, &VERTEX));
    mm_owned second = mm_new(m, &VERTEX);
    struct vertex *first = mm_get(locals->first);
    mm_init(m, mm_peek(second), &((struct vertex *)mm_peek(second))->edges[1], first);
    mm_store_new(m, first, &first->edges[2], second);
}

static void *
shared_work(void *user)
{
    struct shared_worker *worker = user;
    struct mm_mutator *m = mm_attach(worker->shared->heap);
    mm_park(m);
    pthread_barrier_wait(&worker->shared->begin);
    mm_unpark(m);
    for (uint32_t i = 0; i < TURNS; i++) {
        shared_turn(worker->shared, m, test_random_below(&worker->random, CHANGES));
        for (uint32_t n = test_random_below(&worker->random, 8); n > 0; n--)
            shared_litter(m);
        mm_safepoint(m);
        if (test_random_below(&worker->random, LEAVE_EACH) == 0) {
            mm_detach(m);
            m = mm_attach(worker->shared->heap);
        }
    }
    mm_detach(m);
    return NULL;
}

/* -- a graph -- */

static uint64_t
shared_live_bytes(const struct shared *g, struct mm_mutator *m)
{
    struct mm_stats stats;
    mm_collect(m);
    mm_stats(g->heap, &stats);
    return stats.live_bytes;
}

static void
shared_run(struct shared *g, struct mm_mutator *m, uint64_t seed, uint64_t before)
{
    pthread_t threads[THREADS];
    struct shared_worker workers[THREADS];
    g->random.state = seed;
    for (uint32_t i = 0; i < THREADS; i++) {
        workers[i] = (struct shared_worker){ g, { seed * THREADS + i } };
        mm_assert(pthread_create(&threads[i], NULL, shared_work, &workers[i]) == 0);
    }
    mm_park(m);
    for (uint32_t i = 0; i < THREADS; i++)
        mm_assert(pthread_join(threads[i], NULL) == 0);
    mm_unpark(m);
    mm_verify(g->heap);
    uint32_t n = oracle_collect(g);
    oracle_compare_all(g);
    uint64_t live = shared_live_bytes(g, m) - before;
    mm_assert(live >= n * sizeof(struct vertex));
    mm_assert(live <= n * (sizeof(struct vertex) + 2 * MM_WORD_BYTES));
    oracle_compare_all(g);
}

static void
shared_child(void *user)
{
    const struct mm_config *config = user;
    static struct shared g;
    g.heap = mm_heap_create(config);
    pthread_mutex_init(&g.lock, NULL);
    pthread_barrier_init(&g.begin, NULL, THREADS);
    struct mm_mutator *m = mm_attach(g.heap);
    mm_global(m, &shared_table);
    mm_take(m, &shared_table, mm_new_array(m, &TABLE, ROOTS));
    uint64_t before = shared_live_bytes(&g, m);
    for (uint64_t i = 0; i < GRAPHS; i++)
        shared_run(&g, m, config->seed + i, before);
    mm_clear(m, mm_get(shared_table), shared_root(0), ROOTS);
    mm_assert(shared_live_bytes(&g, m) == before);
    mm_verify(g.heap);
    mm_detach(m);
    mm_heap_destroy(g.heap);
    pthread_barrier_destroy(&g.begin);
    pthread_mutex_destroy(&g.lock);
}

int
main(void)
{
    struct mm_config configs[] = {
        { .seed = 1 },
        { .seed = 1000, .slice_us = 1 },
        { .seed = 2000, .collect_always = true },
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        int status = test_child(shared_child, &configs[i]);
        if (status)
            printf("shared_counts %s: seed %llu: status %d\n", MM_MANAGER.name,
                   (unsigned long long)configs[i].seed, status);
        failed |= status;
    }
    return failed;
}
