/* concurrent.c -- the collector's thread, what mutators do for it, and when there is no room left.
 *
 * The heap is in parts/block_heap_books.h, the marking in parts/marker.h, the barrier and the steps
 * of a cycle in parts/snapshot_books.h, stopping in parts/world.h, and the pacing in
 * concurrent_pacer.h.  README.md says why nothing is lost.
 *
 * All of struct mm_heap is guarded by the world's lock, but what is said to be atomic. */
#define _GNU_SOURCE
#include "parts/block_heap_books.h"

#include "concurrent_pacer.h"
#include "parts/assert.h"
#include "parts/runway.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SLICE_US = 150,         /* the longest help at once */
    PORTION_NS = 100000,    /* of marking by the thread, between two looks at who waits */
    FINISH_NS = 30000,      /* of marking in a stop */
    HELP_NS_MIN = 20000,    /* less is put off */
    PREPARE_BLOCKS = 64,    /* cleaned while the lock is held */
    ATTEMPTS = 4,           /* cycles that an object without room waits for; then all do */
    THREAD_BYTES = 32 << 10 /* of the thread's stack that are touched, at most */
};

struct mm_heap {
    struct block_heap blocks;
    struct runway runway;
    struct pacer pacer;
    pthread_t thread;
    pthread_cond_t wake;     /* the thread waits for it when it has nothing to do */
    struct mm_mutator *hold; /* the thread's own, for events: it is no mutator */
    bool wanted;             /* a cycle is to begin */
    bool quit;               /* atomic */
    bool stretched;          /* the goal was raised in this cycle */
    unsigned turns;          /* of collect_always */
    unsigned cores;          /* that the process is bound to */
    uint64_t slice_ns;
    uint64_t begin_ns;    /* of the cycle */
    uint64_t marking_ns;  /* when its marking began; 0: not yet */
    uint64_t held_up_ns;  /* of mutators, in the cycle */
    uint64_t aided_steps; /* that they marked meanwhile beside the thread */
    uint64_t begin_bytes; /* blocks.handed_bytes when it began */
    uint64_t black_bytes; /* born in the cycle before, while it ran */
    uint64_t steps_done;  /* atomic: of the cycle, as far as those who mark told */
    double debt_ns;       /* of help */
};

const struct mm_manager MM_MANAGER = {
    .name = "concurrent",
    .summary = "snapshot marking on a thread of its own while the program runs",
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = true,
    .emits_events = true,
    .collects = true,
    .tells_stops = true,
};

/* -- Cycles ----------------------------------------------------------------------------- */

static unsigned
concurrent_mutators(const struct mm_heap *heap)
{
    unsigned mutators = 0;
    for (const struct mm_mutator *m = heap->blocks.world.mutators; m; m = m->following)
        mutators++;
    return mutators;
}

/* Whether the thread has a core to itself. */
static bool
concurrent_has_core(const struct mm_heap *heap)
{
    return concurrent_mutators(heap) < heap->cores;
}

/* Whether who is held up marks too. */
static bool
concurrent_takes_aides(const struct mm_heap *heap)
{
    return heap->blocks.aide.ready && concurrent_has_core(heap) &&
           pacer_aide_pays(&heap->pacer, AIDE_STEP_NS);
}

/* A task: the world is at rest. */
static void
concurrent_start(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    if (block_heap_is_marking(blocks))
        return;
    snapshot_start(blocks);
    heap->wanted = false;
    heap->begin_ns = events_clock();
    heap->marking_ns = 0;
    heap->held_up_ns = heap->aided_steps = 0;
    heap->begin_bytes = blocks->handed_bytes;
    heap->debt_ns = 0;
    MM_STORE_RELAXED(&heap->steps_done, 0);
    runway_look(&heap->runway, blocks);
    pacer_begin(&heap->pacer, (double)(heap->black_bytes + heap->begin_bytes),
                (double)heap->runway.bytes, concurrent_takes_aides(heap));
}

static void
concurrent_learn(struct mm_heap *heap)
{
    const struct block_heap *blocks = &heap->blocks;
    uint64_t ns = events_clock() - heap->begin_ns;
    unsigned mutators = concurrent_mutators(heap);
    uint64_t born = heap->black_bytes + heap->begin_bytes;
    heap->black_bytes = block_cycle_black_bytes(blocks);
    struct pacer_cycle cycle = {
        .born_bytes = (double)born,
        .found_bytes = (double)blocks->live_bytes - (double)heap->black_bytes,
        .steps = (double)blocks->marker.steps,
        .taken_bytes = (double)heap->black_bytes,
        .free_ns = (double)ns - (double)heap->held_up_ns / (mutators ? mutators : 1),
        .runway_bytes = (double)heap->runway.bytes,
    };
    pacer_learn(&heap->pacer, &cycle);
    pacer_learn_help(&heap->pacer, (double)heap->aided_steps, (double)heap->held_up_ns);
}

/* Everything reachable is marked. */
static void
concurrent_end(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    block_cycle_end(blocks);
    block_heap_set_budget(blocks, 0);
    heap->stretched = false;
    runway_renew(&heap->runway, blocks);
    concurrent_learn(heap);
}

/* A task: ends the cycle if nothing is grey, else marks a little. */
static void
concurrent_finish(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    if (block_heap_is_marking(blocks) && snapshot_finish(blocks, events_clock() + FINISH_NS))
        concurrent_end(heap);
}

/* A task: the whole of it. */
static void
concurrent_complete(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    if (!block_heap_is_marking(blocks))
        return;
    bool done = snapshot_finish(blocks, 0);
    mm_assert(done);
    concurrent_end(heap);
}

static void
concurrent_prepare_all(struct mm_heap *heap)
{
    while (!block_heap_is_marking(&heap->blocks) && snapshot_prepare(&heap->blocks, PREPARE_BLOCKS))
        ;
}

/* A task: finishes the cycle that runs, and runs one that sees what died meanwhile. */
static void
concurrent_collect(struct mm_heap *heap)
{
    concurrent_complete(heap);
    concurrent_prepare_all(heap);
    concurrent_start(heap);
    concurrent_complete(heap);
}

/* -- The thread ---------------------------------------------------------------------------- */

/* Lets others have the lock. */
static void
concurrent_breathe(struct mm_heap *heap)
{
    world_unlock(&heap->blocks.world);
    world_jitter(&heap->blocks.world);
    world_lock(&heap->blocks.world);
}

/* Does a piece of what must be done before the next cycle; false: there is none. */
static bool
concurrent_prepare(struct mm_heap *heap)
{
    if (block_heap_is_marking(&heap->blocks) || !snapshot_prepare(&heap->blocks, PREPARE_BLOCKS))
        return false;
    concurrent_breathe(heap);
    return true;
}

/* Somebody marks from now on. */
static void
concurrent_note_marking(struct mm_heap *heap, uint64_t now)
{
    if (!heap->marking_ns)
        heap->marking_ns = now;
}

static bool
concurrent_quits(const struct mm_heap *heap)
{
    return MM_LOAD_RELAXED(&heap->quit);
}

/* Marks until nothing is grey, without the lock. */
static void
concurrent_mark(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    uint64_t begin = events_clock(), now = begin, ran = 0, portion = 0;
    concurrent_note_marking(heap, begin);
    world_unlock(&blocks->world);
    for (bool done = false; !done && !concurrent_quits(heap); portion = 0) {
        done = snapshot_mark(blocks, UINT64_MAX, now + PORTION_NS, &portion);
        now = events_clock();
        ran += portion;
        (void)MM_ADD_RELAXED(&heap->steps_done, portion);
    }
    world_lock(&blocks->world);
    pacer_learn_speed(&heap->pacer, (double)ran, (double)(now - begin));
    events_end(&blocks->events, MM_EVENT_MARK_SLICE, MM_NO_MUTATOR, begin, ran);
}

/* Gives memory back, a step now and then, or sleeps. */
static void
concurrent_rest(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    block_supply_trim_step(heap->hold);
    if (!blocks->trim_blocks) {
        pthread_cond_wait(&heap->wake, &blocks->world.lock);
        return;
    }
    struct timespec until = { .tv_sec = (time_t)(blocks->trim_next_ns / 1000000000),
                              .tv_nsec = (long)(blocks->trim_next_ns % 1000000000) };
    pthread_cond_timedwait(&heap->wake, &blocks->world.lock, &until);
}

static void *
concurrent_run(void *user)
{
    struct mm_heap *heap = user;
    struct block_heap *blocks = &heap->blocks;
    world_lock(&blocks->world);
    while (!concurrent_quits(heap)) {
        if (block_heap_is_marking(blocks)) {
            concurrent_mark(heap);
            if (!concurrent_quits(heap))
                world_stop_for(heap, concurrent_finish, concurrent_has_core(heap));
        } else if (concurrent_prepare(heap)) {
            continue;
        } else if (heap->wanted) {
            world_stop_for(heap, concurrent_start, concurrent_has_core(heap));
        } else {
            concurrent_rest(heap);
        }
    }
    world_unlock(&blocks->world);
    return NULL;
}

/* -- Mutators ------------------------------------------------------------------------------- */

static void
concurrent_request(struct mm_heap *heap)
{
    if (heap->wanted)
        return;
    heap->wanted = true;
    pthread_cond_signal(&heap->wake);
}

/* Does a task itself, with the world at rest. */
static void
concurrent_at_rest(struct mm_mutator *m, void (*task)(struct mm_heap *heap))
{
    struct block_heap *blocks = m->heap;
    uint64_t begin = events_begin(&blocks->events);
    world_stop(m);
    task((struct mm_heap *)blocks);
    world_start(m);
    events_end(&blocks->events, MM_EVENT_STOP, m->ordinal, begin, 0);
}

/* Waits for so long, or until the world is to stop.  It keeps its core: to be woken up takes longer
 * than most of these waits, and nobody else is in want of one. */
static void
concurrent_stand_aside(const struct mm_mutator *m, uint64_t until_ns)
{
    while (events_clock() < until_ns && !MM_LOAD_RELAXED(&m->stop))
        MM_RELAX();
}

/* Holds the mutator up for so long, with the lock let go of meanwhile, so that marking gets ahead:
 * while the thread has a core of its own it is the thread's aide, if that pays and nobody else is,
 * or looks on, since marking in turns with the thread slows both; else it does that.  Says how many
 * steps it marked.  True: nothing is grey.  The caller tells of it, and lets others stop the world.
 */
static bool
concurrent_help(struct mm_mutator *m, uint64_t ns, uint64_t *ran)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    uint64_t begin = events_clock();
    bool in_turns = !concurrent_has_core(heap), done = false;
    bool aids = !in_turns && heap->pacer.aided && aide_prepare(blocks);
    if (in_turns)
        concurrent_note_marking(heap, begin);
    world_unlock(&blocks->world);
    if (in_turns) {
        done = snapshot_mark(blocks, UINT64_MAX, begin + ns, ran);
    } else {
        if (aids)
            *ran += aide_mark(blocks, &m->stop, begin + ns);
        concurrent_stand_aside(m, begin + ns);
    }
    (void)MM_ADD_RELAXED(&heap->steps_done, *ran);
    world_lock(&blocks->world);
    heap->held_up_ns += events_clock() - begin;
    heap->aided_steps += aids ? *ran : 0;
    return done;
}

/* Pays for bytes that are about to be taken. */
static void
concurrent_pay(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct pacer_progress progress = {
        .steps = (double)MM_LOAD_RELAXED(&heap->steps_done),
        .aided_steps = (double)heap->aided_steps,
        .ns = heap->marking_ns ? (double)(events_clock() - heap->marking_ns) : 0,
    };
    double runway = (double)runway_now(&heap->runway, &heap->blocks);
    heap->debt_ns += (double)bytes * pacer_debt_per_byte(&heap->pacer, &progress, runway);
    if (heap->debt_ns < HELP_NS_MIN)
        return;
    double owed = heap->debt_ns < (double)heap->slice_ns ? heap->debt_ns : (double)heap->slice_ns;
    uint64_t begin = events_begin(&heap->blocks.events), ran = 0;
    heap->debt_ns = 0;
    (void)concurrent_help(m, (uint64_t)owed, &ran);
    events_end(&heap->blocks.events, MM_EVENT_ASSIST, m->ordinal, begin, ran);
    world_pause(m);
}

/* For tests: cycles begin, go on a little and end at any allocation, some of it by the thread. */
static void
concurrent_turn(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    unsigned turn = ++heap->turns;
    if (turn % 7 == 0) {
        concurrent_request(heap);
    } else if (!block_heap_is_marking(blocks)) {
        concurrent_prepare_all(heap);
        concurrent_at_rest(m, concurrent_start);
    } else if (turn % 3 == 0) {
        concurrent_at_rest(m, concurrent_complete);
    } else {
        uint64_t ran = 0;
        (void)snapshot_mark(blocks, 2, events_clock() + HELP_NS_MIN, &ran);
    }
}

void
collector_pace(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    size_t large = runway_expect(&heap->runway, bytes);
    if (runway_is_futile(&heap->runway, blocks))
        mm_exhausted(bytes, blocks->pages.limit);
    if (blocks->collect_always) {
        concurrent_turn(m);
        return;
    }
    if (block_heap_is_marking(blocks)) {
        concurrent_pay(m, bytes);
        return;
    }
    double born = (double)(heap->black_bytes + blocks->handed_bytes);
    double needed = pacer_needed_bytes(&heap->pacer, born);
    if (!heap->wanted && (double)runway_now(&heap->runway, blocks) < needed + (double)large)
        concurrent_request(heap);
}

/* Waits for the end of the cycle that runs, or of one that begins now, and helps meanwhile.  That
 * is one hold-up, which the caller tells; an assist is told only where its mutator goes on after
 * it.
 */
static void
concurrent_await_end(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    uint64_t cycles = blocks->cycles;
    while (blocks->cycles == cycles) {
        if (!block_heap_is_marking(blocks)) {
            concurrent_prepare_all(heap);
            concurrent_at_rest(m, concurrent_start);
            pthread_cond_signal(&heap->wake);
            continue;
        }
        uint64_t ran = 0;
        bool done = concurrent_help(m, heap->slice_ns, &ran);
        world_pause(m);
        if (done && block_heap_is_marking(blocks) && blocks->cycles == cycles)
            concurrent_at_rest(m, concurrent_finish);
    }
}

/* With a goal below the limit: lets it be passed a little, once in a cycle, or by a large object.
 */
static bool
concurrent_stretch(struct mm_heap *heap, size_t bytes)
{
    struct block_heap *blocks = &heap->blocks;
    if (bytes > CELL_BYTES_MAX)
        return block_heap_stretch_for_large(blocks, bytes);
    if (heap->stretched)
        return false;
    heap->stretched = true;
    return block_heap_stretch_budget(blocks);
}

/* Mutators were faster than the marking.  What died since the snapshot is found by one more cycle:
 * at the next attempt, or at once where large objects, which may pass the goal each time, have
 * taken it far past already.  Others may take what was found before this thread gets a core again,
 * so there are some more attempts, and the last is with the world at rest: what it finds is this
 * mutator's first. */
void
collector_make_room(struct mm_mutator *m, size_t bytes, unsigned attempt)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    if (attempt > ATTEMPTS)
        mm_exhausted(bytes, blocks->pages.limit);
    if (!attempt && concurrent_stretch(heap, bytes))
        return;
    uint64_t begin = events_begin(&blocks->events), past = block_heap_past_goal(blocks);
    if (attempt < ATTEMPTS)
        concurrent_await_end(m);
    else
        concurrent_at_rest(m, concurrent_collect);
    if (bytes > CELL_BYTES_MAX && block_heap_may_grow(blocks)) {
        if (block_heap_uses_past_goal(blocks))
            concurrent_await_end(m);
        block_heap_set_budget(blocks, bytes);
    }
    events_end(&blocks->events, MM_EVENT_FALLBACK, m->ordinal, begin, past);
}

void
collector_attach(struct mm_mutator *m)
{
    snapshot_attach(m);
}

void
collector_detach(struct mm_mutator *m)
{
    snapshot_detach(m);
}

/* -- The calls of mm_heap.h ---------------------------------------------------------------------
 */

/* The thread takes no signals: they are the program's. */
static void
concurrent_launch(struct mm_heap *heap)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&heap->thread, NULL, concurrent_run, heap);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        fprintf(stderr, "concurrent: no thread to collect with: %s; allow one more\n",
                strerror(error));
        exit(1);
    }
}

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct mm_heap *heap = calloc(1, sizeof *heap);
    struct mm_mutator *hold = calloc(1, sizeof *hold);
    if (!heap || !hold)
        mm_exhausted(sizeof *heap, config->heap_bytes);
    block_heap_create(&heap->blocks, config, sizeof *heap + sizeof *hold + THREAD_BYTES);
    snapshot_create(&heap->blocks);
    if (config->cores > 1)
        aide_create(&heap->blocks);
    hold->heap = &heap->blocks;
    hold->ordinal = MM_NO_MUTATOR;
    heap->hold = hold;
    heap->cores = config->cores;
    heap->slice_ns = (config->slice_us ? config->slice_us : SLICE_US) * UINT64_C(1000);
    pacer_init(&heap->pacer, (double)heap->slice_ns / BLOCK_BYTES);
    heap->runway.bytes = block_heap_room(&heap->blocks);
    pthread_condattr_t monotonic;
    mm_assert(pthread_condattr_init(&monotonic) == 0);
    mm_assert(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    mm_assert(pthread_cond_init(&heap->wake, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
    concurrent_launch(heap);
    return heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    world_lock(&heap->blocks.world);
    MM_STORE_RELAXED(&heap->quit, true);
    pthread_cond_signal(&heap->wake);
    world_unlock(&heap->blocks.world);
    pthread_join(heap->thread, NULL);
    pthread_cond_destroy(&heap->wake);
    aide_destroy(&heap->blocks);
    snapshot_destroy(&heap->blocks);
    block_heap_destroy(&heap->blocks);
    free(heap->hold);
    free(heap);
}

void
mm_collect(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    world_lock(&blocks->world);
    world_pause(m);
    uint64_t begin = events_begin(&blocks->events);
    world_stop(m);
    concurrent_collect(heap);
    block_heap_trim(m);
    world_start(m);
    events_end(&blocks->events, MM_EVENT_STOP, m->ordinal, begin, blocks->live_bytes);
    world_unlock(&blocks->world);
}
