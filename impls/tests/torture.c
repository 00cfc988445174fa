/* torture.c -- proves that no manager loses, moves away, overwrites or mixes up an object: random
 * programs that use every call of mm.h on objects of every shape, beside a model (model.h) of
 * what must be there.
 *
 * A program is a recursion of frames.  A frame has locals, may open a scope for the frames below
 * it, and does random operations on places: its own locals, those of the frames above, globals,
 * and fields that are found by walking down from there.  Now and then everything that can be
 * reached is compared with the model.  All programs obey the contract, deaths included, so they
 * also pass the referee at its strictest.
 *
 * Each run is a child process with a heap of its own; a failed one is named with its seed.  Where a
 * manager takes several threads, two programs also run at once on one heap.  Each has its own
 * model, globals and objects, and what they share is the manager: its types, blocks, queues and
 * cycles. (Objects that threads share are the matter of threads.c.) */
#include "torture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static mm_ref torture_globals[TORTURE_THREADS][GLOBALS];

static void
torture_walk(struct torture *t)
{
    model_walk_begin(&t->model);
    for (uint32_t i = 0; i < t->roots_n; i++)
        if (!t->roots[i].spent)
            model_walk_from(&t->model, t->roots[i].number, mm_get(*t->roots[i].slot));
    model_walk_end(&t->model);
}

static void torture_scope(struct torture *t, struct mm_mutator *m, uint32_t depth);

static void
torture_frame(struct torture *t, struct mm_mutator *m, uint32_t depth)
{
    MM_LOCALS(m, a, b, c, d);
    mm_ref *slots[LOCALS] = { &locals->a, &locals->b, &locals->c, &locals->d };
    for (uint32_t i = 0; i < LOCALS; i++)
        t->roots[t->roots_n++] = (struct torture_root){ .slot = slots[i], .level = t->level };
    uint32_t operations = 20 + torture_below(t, 60);
    for (uint32_t i = 0; t->operations_left && (i < operations || depth == 0); i++) {
        torture_operation(t, m);
        if (t->operations_left % t->run->walk_every == 0)
            torture_walk(t);
        t->operations_left--;
        if (depth == DEPTH_MAX || torture_below(t, 16))
            continue;
        if (torture_below(t, 2))
            torture_frame(t, m, depth + 1);
        else
            torture_scope(t, m, depth + 1);
    }
    /* Leaving is the last place's end: what dies of it is stated before. */
    for (uint32_t i = 0; i < LOCALS; i++) {
        struct torture_root *root = &t->roots[--t->roots_n];
        if (root->number && !root->spent)
            model_drop(&t->model, m, root->number, mm_get(*root->slot));
    }
}

/* All places for what is made inside are locals of the frames inside, and objects made there. */
static void
torture_scope(struct torture *t, struct mm_mutator *m, uint32_t depth)
{
    struct mm_scope scope = mm_scope_begin(m);
    t->scopes[++t->level] = scope;
    torture_frame(t, m, depth);
    t->level--;
    mm_scope_end(m, scope);
    for (uint32_t i = 1; i < MODEL_OBJECTS; i++)
        mm_assert(!t->model.objects[i].refs || t->model.objects[i].level <= t->level);
}

static void
torture_globals_drop(struct torture *t, struct mm_mutator *m)
{
    for (uint32_t i = 0; i < GLOBALS; i++)
        torture_empty(t, m, &t->roots[i]);
    mm_assert(t->model.live_n == 0);
}

static void *
torture_program(void *user)
{
    struct torture *t = user;
    struct mm_mutator *m = mm_attach(t->heap);
    t->scopes[0] = mm_scope_program(m);
    for (uint32_t i = 0; i < GLOBALS; i++) {
        mm_global(m, &t->globals[i]);
        t->roots[t->roots_n++] = (struct torture_root){ .slot = &t->globals[i] };
    }
    torture_frame(t, m, 0);
    torture_walk(t);
    if (t->run->threads == 1)
        mm_verify(t->heap);
    torture_globals_drop(t, m);
    mm_collect(m);
    mm_detach(m);
    return NULL;
}

static struct torture *
torture_create(const struct torture_run *run, struct mm_heap *heap, uint32_t index)
{
    struct torture *t = calloc(1, sizeof *t);
    mm_assert(t);
    t->run = run;
    t->heap = heap;
    t->globals = torture_globals[index];
    t->random.state = run->seed + ((uint64_t)index << 32);
    t->operations_left = run->operations;
    model_init(&t->model);
    return t;
}

static void
torture_child(void *user)
{
    const struct torture_run *run = user;
    struct mm_heap *heap = mm_heap_create(&run->config);
    struct torture *programs[TORTURE_THREADS];
    pthread_t threads[TORTURE_THREADS];
    for (uint32_t i = 0; i < run->threads; i++)
        programs[i] = torture_create(run, heap, i);
    /* The first one is the thread that made the heap. */
    for (uint32_t i = 1; i < run->threads; i++)
        mm_assert(pthread_create(&threads[i], NULL, torture_program, programs[i]) == 0);
    torture_program(programs[0]);
    *run->peak_bytes = 0;
    for (uint32_t i = 0; i < run->threads; i++) {
        if (i > 0)
            mm_assert(pthread_join(threads[i], NULL) == 0);
        *run->peak_bytes += programs[i]->model.peak_bytes;
        model_release(&programs[i]->model);
        free(programs[i]);
    }
    mm_verify(heap);
    mm_heap_destroy(heap);
}

static int
torture_run(struct torture_run *run)
{
    int status = test_child(torture_child, run);
    if (status)
        printf("torture %s %s, %u threads: seed %llu, heap %zu: status %d\n", MM_MANAGER.name,
               run->name, run->threads, (unsigned long long)run->seed, run->config.heap_bytes,
               status);
    return status;
}

/* Programs without a limit, which also say how much they need; with little memory more than that;
 * with a collection at every allocation; and checked at every allocation. */
static int
torture_seed(uint64_t seed, uint32_t threads, size_t *peak_bytes)
{
    struct torture_run runs[] = {
        { .name = "free",
          .operations = 30000,
          .objects = 1500,
          .large = 200 << 10,
          .walk_every = 800 },
        { .name = "limited",
          .operations = 30000,
          .objects = 1500,
          .large = 200 << 10,
          .walk_every = 800 },
        { .name = "always",
          .operations = 3000,
          .objects = 200,
          .large = 20 << 10,
          .walk_every = 40 },
        { .name = "strict",
          .operations = 3000,
          .objects = 200,
          .large = 4 << 10,
          .walk_every = 40 },
    };
    runs[2].config.collect_always = true;
    runs[3].config.check_every = 1;
    int failed = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct torture_run *run = &runs[i];
        run->threads = run->config.cores = threads;
        run->seed = run->config.seed = seed;
        run->peak_bytes = peak_bytes;
        if (i == 1 && !(MM_MANAGER.obeys_limit && test_reclaims()))
            continue;
        if (i == 1)
            run->config.heap_bytes = 3 * *peak_bytes + ((size_t)threads << 23);
        /* Short, for the sanitizers and the two cores of a small machine. */
        if (threads > 1)
            run->operations /= 4;
        failed |= torture_run(run);
    }
    return failed;
}

/* torture.MANAGER [SEED]: the seeds that are always run, or one. */
int
main(int argc, char **argv)
{
    size_t *peak_bytes = test_shared(sizeof *peak_bytes);
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint64_t seeds = argc > 1 ? 1 : 4;
    int failed = 0;
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        if (!TEST_FEWER || seed == first)
            failed |= torture_seed(seed, 1, peak_bytes);
        if (MM_MANAGER.max_threads >= TORTURE_THREADS && (seeds == 1 || seed % 2 == 1))
            failed |= torture_seed(seed, TORTURE_THREADS, peak_bytes);
    }
    return failed != 0;
}
