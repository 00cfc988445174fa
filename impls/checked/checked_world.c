/* checked_world.c -- threads: one lock around every call, and a stand of the world for checks.
 *
 * A check moves everything, so it must wait until every other thread is in a call that may
 * collect, or parked.  A thread in such a call gives way while another wants to check; a thread
 * that neither parks nor comes would hang a collector, and is a breach after 10 seconds. */
#include "checked.h"

#include <stdlib.h>
#include <time.h>

enum { WORLD_PATIENCE_S = 10 };

_Thread_local struct mm_mutator *checked_self;

static const struct checked_name world_nobody;

static void
world_lock(const char *call)
{
    pthread_mutex_lock(&checked_heap.lock);
    checked_heap.call = call;
}

static void
world_expect_self(const struct mm_mutator *m)
{
    if (!m || m != checked_self)
        checked_breach(CHECKED_FOREIGN, world_nobody, NULL);
}

void
checked_call_begin(struct mm_mutator *m, const char *call)
{
    world_lock(call);
    world_expect_self(m);
    if (m->parked)
        checked_breach(CHECKED_PARKED, world_nobody, "mm_park");
}

void
checked_call_end(void)
{
    checked_heap.call = NULL;
    pthread_mutex_unlock(&checked_heap.lock);
}

/* This thread stands still from now on. */
static void
world_stand(void)
{
    checked_heap.running--;
    pthread_cond_broadcast(&checked_heap.turn);
}

/* It runs again, as soon as nobody checks. */
static void
world_run(const char *call)
{
    struct mm_heap *heap = &checked_heap;
    while (heap->stopper)
        pthread_cond_wait(&heap->turn, &heap->lock);
    heap->running++;
    heap->call = call;
}

void
checked_collecting_begin(struct mm_mutator *m, const char *call)
{
    checked_call_begin(m, call);
    if (m->flying)
        checked_breach(CHECKED_IN_FLIGHT, checked_name_of(m->flights[m->flying - 1]), NULL);
    m->calls++;
    if (checked_heap.stopper) {
        world_stand();
        world_run(call);
    }
}

void
checked_world_stop(struct mm_mutator *m)
{
    struct mm_heap *heap = &checked_heap;
    const char *call = heap->call;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WORLD_PATIENCE_S;
    heap->stopper = m;
    while (heap->running > 1)
        if (pthread_cond_timedwait(&heap->turn, &heap->lock, &until) != 0 && heap->running > 1)
            checked_breach(CHECKED_NOT_COMING, world_nobody, NULL);
    heap->call = call;
}

void
checked_world_start(void)
{
    checked_heap.stopper = NULL;
    pthread_cond_broadcast(&checked_heap.turn);
}

void
checked_collecting_check(struct mm_mutator *m, bool now)
{
    struct mm_heap *heap = &checked_heap;
    if (!checked_on)
        return;
    if (++heap->calls % heap->every != 0 && !now && !checked_space_is_full())
        return;
    checked_world_stop(m);
    checked_trace();
    checked_world_start();
}

void
checked_safepoint(struct mm_mutator *m)
{
    checked_collecting_begin(m, "mm_safepoint");
    checked_collecting_check(m, false);
    checked_call_end();
}

void
checked_park(struct mm_mutator *m)
{
    checked_collecting_begin(m, "mm_park");
    checked_collecting_check(m, false);
    m->parked = true;
    world_stand();
    checked_call_end();
}

void
checked_unpark(struct mm_mutator *m)
{
    world_lock("mm_unpark");
    world_expect_self(m);
    if (!m->parked)
        checked_breach(CHECKED_NOT_PARKED, world_nobody, NULL);
    world_run("mm_unpark");
    m->parked = false;
    m->calls++;
    checked_collecting_check(m, false);
    checked_call_end();
}

static void *
world_allocate(size_t count, size_t bytes)
{
    void *memory = calloc(count, bytes);
    if (!memory)
        mm_exhausted(count * bytes, 0);
    return memory;
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    struct mm_mutator *m = world_allocate(1, sizeof *m);
    m->bottom = m->top = world_allocate(CHECKED_ROOTS_MAX, sizeof m->bottom[0]);
    m->twins = world_allocate(CHECKED_ROOTS_MAX, sizeof m->twins[0]);
    m->scopes = checked_grow(NULL, &m->scopes_room, 1, sizeof m->scopes[0]);
    m->scopes[0] = &heap->program;
    world_lock("mm_attach");
    checked_watch_faults(m);
    world_run("mm_attach");
    m->ordinal = heap->ordinals++;
    m->next = heap->mutators;
    heap->mutators = m;
    heap->attached++;
    checked_self = m;
    checked_collecting_check(m, false);
    checked_call_end();
    return m;
}

static void
world_unlink(const struct mm_mutator *m)
{
    struct mm_mutator **link = &checked_heap.mutators;
    while (*link != m)
        link = &(*link)->next;
    *link = m->next;
}

/* A check on the way out: what this thread dropped is still named by it. */
void
mm_detach(struct mm_mutator *m)
{
    checked_call_begin(m, "mm_detach");
    if (m->flying)
        checked_breach(CHECKED_NEVER_LANDED, checked_name_of(m->flights[m->flying - 1]), NULL);
    if (m->top != m->bottom)
        checked_breach(CHECKED_DETACHED_LOCALS, world_nobody, NULL);
    if (m->depth)
        checked_breach(CHECKED_SCOPE_LEFT_OPEN, world_nobody, NULL);
    if (checked_heap.stopper) {
        world_stand();
        world_run("mm_detach");
    }
    checked_collecting_check(m, true);
    world_unlink(m);
    checked_heap.attached--;
    world_stand();
    checked_unwatch_faults(m);
    checked_self = NULL;
    checked_call_end();
    free(m->bottom);
    free(m->twins);
    free(m->scopes);
    free(m->flights);
    free(m);
}

void
mm_collect(struct mm_mutator *m)
{
    checked_collecting_begin(m, "mm_collect");
    checked_collecting_check(m, true);
    checked_call_end();
}
