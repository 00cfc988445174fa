/* shared_graph -- a graph whose edges threads add everywhere, and each prunes in its own part.
 *
 * Lifetimes: the vertices live throughout; an edge lives for some rounds.  In a round every thread
 * adds edges between random vertices, pushing each onto its source's list with mm_cas; they meet;
 * each sums the weights around some of its own vertices, reading lists of all; they meet; each
 * removes what has expired from a part of its own vertices' lists, most of it made by others.
 * So nobody reads what may be freed meanwhile, and no result depends on who came first.
 *
 * Stresses: objects that several threads see, writes into old objects, deaths far from the maker
 * and in no order of birth; and a graph with cycles, of which none ever dies. */
#include "workload_tools.h"

enum { LABEL_BYTES = 216 };

struct vertex {
    mm_ref edges; /* the newest first */
    uint64_t value;
};
struct edge {
    mm_ref next, target;
    uint64_t weight, born, expires; /* in rounds */
    unsigned char label[LABEL_BYTES];
};
struct graph {
    uint64_t length;
};
MM_TYPE(VERTEX, struct vertex, .ref_words = MM_WORD(struct vertex, edges));
MM_TYPE(EDGE, struct edge, .ref_words = MM_WORD(struct edge, next) | MM_WORD(struct edge, target));
MM_TYPE(GRAPH, struct graph, .tail = MM_TAIL_REFS);

/* Of a vertex, an edge that has expired is removed in every fourth round, and the weights around
 * it are summed in every sixteenth; every eighth of the new edges looks at the older ones. */
enum { PRUNE_EACH = 4, SUM_EACH = 16, LOOK_EACH = 8, SAFEPOINT_EACH = 64 };
enum { LIVES = 3, ROUNDS_BEFORE = 8, ROUNDS_MAX = 128, THREADS_MAX = 64 };

struct shared_graph_shape {
    uint64_t vertices, edges, batches; /* edges of one round; a batch is a round */
};
static const struct shared_graph_shape SHAPES[WORKLOAD_SIZES] = {
    [WORKLOAD_SMOKE] = { 256, 120, 6 },
    [WORKLOAD_NORMAL] = { 1 << 14, 18600, 41 },
    [WORKLOAD_LARGE] = { 1 << 18, 298000, 41 },
};

static mm_ref shared_graph;

struct edge_wish {
    uint64_t source, target, weight, expires;
};

/* The same for whichever thread adds the edge. */
static struct edge_wish
edge_wish(const struct workload_run *run, uint64_t round, uint64_t i)
{
    const struct shared_graph_shape *shape = &SHAPES[run->size];
    struct workload_random random = workload_random_seed(run->seed, round * shape->edges + i);
    return (struct edge_wish){
        .source = workload_random_below(&random, shape->vertices),
        .target = workload_random_below(&random, shape->vertices),
        .weight = workload_random_next(&random),
        .expires = round + workload_random_below(&random, LIVES),
    };
}

/* The round in which the vertex is pruned, from `round` on. */
static uint64_t
prune_round(uint64_t vertex, uint64_t round)
{
    return round + (vertex - round) % PRUNE_EACH;
}

/* All edges of a round are added before any is removed. */
static void
shared_graph_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct shared_graph_shape *shape = &SHAPES[run->size];
    uint64_t deaths[ROUNDS_MAX + LIVES + PRUNE_EACH] = { 0 };
    uint64_t live = 0, most = 0;
    for (uint64_t round = 0; round <= ROUNDS_BEFORE + shape->batches; round++) {
        for (uint64_t i = 0; i < shape->edges; i++) {
            struct edge_wish wish = edge_wish(run, round, i);
            deaths[prune_round(wish.source, wish.expires)]++;
        }
        live += shape->edges;
        most = live > most ? live : most;
        live -= deaths[round];
    }
    *plan = (struct workload_plan){
        .batches = shape->batches,
        .operations = shape->edges,
        .peak_live_bytes = mm_size(&GRAPH, shape->vertices) +
                           shape->vertices * sizeof(struct vertex) + most * sizeof(struct edge),
    };
}

static struct vertex *
graph_vertex(uint64_t i)
{
    return mm_get(mm_items(&GRAPH, mm_get(shared_graph))[i]);
}

/* Sums the weights of the edges from one on that are older than the round. */
static uint64_t
edges_sum(const struct edge *edge, uint64_t round)
{
    uint64_t sum = 0;
    for (; edge; edge = mm_get_shared(edge->next))
        if (edge->born < round)
            sum += edge->weight;
    return sum;
}

/* Adds an edge to its source's list; other threads do so at the same time. */
static uint64_t
edge_add(struct mm_mutator *m, mm_ref *root, const struct edge_wish *wish, uint64_t round,
         bool look)
{
    mm_take(m, root, mm_new(m, &EDGE));
    struct edge *edge = mm_get(*root);
    edge->weight = wish->weight;
    edge->born = round;
    edge->expires = wish->expires;
    edge->label[0] = edge->label[LABEL_BYTES - 1] = (unsigned char)wish->weight;
    struct vertex *source = graph_vertex(wish->source);
    struct edge *head = mm_get_shared(source->edges);
    mm_init(m, edge, &edge->target, graph_vertex(wish->target));
    mm_init(m, edge, &edge->next, head);
    while (!mm_cas(m, source, &source->edges, head, edge)) {
        head = mm_get_shared(source->edges);
        mm_store(m, edge, &edge->next, head);
    }
    return look ? edges_sum(edge, round) : 0;
}

/* Adds the part of a round's edges from one number to another. */
static uint64_t
graph_grow(struct mm_mutator *m, const struct workload_run *run, uint64_t round, uint64_t from,
           uint64_t to)
{
    MM_LOCALS(m, edge);
    uint64_t sum = 0;
    for (uint64_t i = from; i < to; i++) {
        struct edge_wish wish = edge_wish(run, round, i);
        sum += edge_add(m, &locals->edge, &wish, round, i % LOOK_EACH == 0);
    }
    return sum;
}

/* Sums the weights around some of the vertices from one to another. */
static uint64_t
graph_sum(struct mm_mutator *m, uint64_t round, uint64_t from, uint64_t to)
{
    uint64_t sum = 0;
    for (uint64_t i = from; i < to; i++) {
        if (i % SAFEPOINT_EACH == 0)
            mm_safepoint(m);
        if (i % SUM_EACH != round % SUM_EACH)
            continue;
        const struct edge *edge = mm_get_shared(graph_vertex(i)->edges);
        for (; edge; edge = mm_get_shared(edge->next)) {
            struct vertex *target = mm_get(edge->target);
            uint64_t beyond = edges_sum(mm_get_shared(target->edges), round + 1);
            sum += workload_mix(edge->weight + edge->label[0], target->value + beyond);
        }
    }
    return sum;
}

/* Removes from a vertex's list what has expired, and says how much weight that was. */
static uint64_t
vertex_prune(struct mm_mutator *m, struct vertex *vertex, uint64_t round)
{
    uint64_t sum = 0;
    void *holder = vertex;
    mm_ref *place = &vertex->edges;
    for (struct edge *edge; (edge = mm_get(*place)) != NULL;) {
        if (edge->expires > round) {
            holder = edge;
            place = &edge->next;
            continue;
        }
        struct edge *next = mm_get(edge->next);
        sum += workload_mix(edge->weight, edge->label[LABEL_BYTES - 1]);
        if (MM_FREES)
            mm_free(m, &EDGE, edge);
        mm_store(m, holder, place, next);
    }
    return sum;
}

/* Prunes those of the vertices from one to another whose turn it is. */
static uint64_t
graph_prune(struct mm_mutator *m, uint64_t round, uint64_t from, uint64_t to)
{
    uint64_t sum = 0;
    for (uint64_t i = from; i < to; i++) {
        if (i % SAFEPOINT_EACH == 0)
            mm_safepoint(m);
        if (prune_round(i, round) == round)
            sum += vertex_prune(m, graph_vertex(i), round);
    }
    return sum;
}

static void
shared_graph_setup(struct mm_mutator *m, const struct workload_run *run)
{
    const struct shared_graph_shape *shape = &SHAPES[run->size];
    mm_global(m, &shared_graph);
    mm_take(m, &shared_graph, mm_new_array(m, &GRAPH, shape->vertices));
    ((struct graph *)mm_get(shared_graph))->length = shape->vertices;
    for (uint64_t i = 0; i < shape->vertices; i++) {
        mm_owned vertex = mm_new(m, &VERTEX);
        ((struct vertex *)mm_peek(vertex))->value = workload_mix(run->seed, i);
        struct graph *graph = mm_get(shared_graph);
        mm_store_new(m, graph, mm_items(&GRAPH, graph) + i, vertex);
    }
    for (uint64_t round = 0; round < ROUNDS_BEFORE; round++) {
        graph_grow(m, run, round, 0, shape->edges);
        graph_prune(m, round, 0, shape->vertices);
    }
}

static uint64_t
shared_graph_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                   uint64_t batch)
{
    const struct shared_graph_shape *shape = &SHAPES[run->size];
    uint64_t round = ROUNDS_BEFORE + batch;
    uint64_t from = shape->vertices * thread / run->threads;
    uint64_t to = shape->vertices * (thread + 1) / run->threads;
    uint64_t sum = graph_grow(m, run, round, shape->edges * thread / run->threads,
                              shape->edges * (thread + 1) / run->threads);
    workload_meet(m, run);
    sum += graph_sum(m, round, from, to);
    workload_meet(m, run);
    sum += graph_prune(m, round, from, to);
    workload_meet(m, run);
    return sum;
}

static uint64_t
shared_graph_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    struct graph *graph = mm_get(shared_graph);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < graph->length; i++) {
        struct vertex *vertex = graph_vertex(i);
        sum = workload_mix(sum, vertex->value);
        sum += vertex_prune(m, vertex, UINT64_MAX);
    }
    if (MM_FREES) {
        for (uint64_t i = 0; i < graph->length; i++)
            mm_free(m, &VERTEX, graph_vertex(i));
        mm_free_array(m, &GRAPH, graph, graph->length);
    }
    mm_set(m, &shared_graph, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "shared_graph",
    .summary = "vertices kept; edges added by all threads, which live for some rounds",
    .operation = "an edge added",
    .threads_default = 2,
    .threads_max = THREADS_MAX,
    .plan = shared_graph_plan,
    .setup = shared_graph_setup,
    .batch = shared_graph_batch,
    .teardown = shared_graph_teardown,
};
