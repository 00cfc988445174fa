/* world.c -- see world.h. */
#define _POSIX_C_SOURCE 200809L
#include "parts/world.h"

#include "parts/assert.h"
#include "parts/world_heap.h"

#include <sched.h>
#include <time.h>

enum { LOOK_ON_NS = 200000 }; /* a thread with a core of its own, before it sleeps */

void
world_create(struct world *world, uint64_t seed)
{
    *world = (struct world){ .jitter = MM_DEBUG ? seed : 0 };
    /* Recursive: who runs out of memory may hold it, and a test verifies the heap even then. */
    pthread_mutexattr_t attributes;
    mm_assert(pthread_mutexattr_init(&attributes) == 0);
    mm_assert(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE) == 0);
    mm_assert(pthread_mutex_init(&world->lock, &attributes) == 0);
    pthread_mutexattr_destroy(&attributes);
    mm_assert(pthread_cond_init(&world->stopped, NULL) == 0);
    mm_assert(pthread_cond_init(&world->started, NULL) == 0);
}

void
world_destroy(struct world *world)
{
    mm_assert(!world->mutators);
    pthread_cond_destroy(&world->started);
    pthread_cond_destroy(&world->stopped);
    pthread_mutex_destroy(&world->lock);
}

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t
world_random(struct world *world)
{
    const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = MM_ADD_RELAXED(&world->jitter, step) + step;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void
world_jitter(struct world *world)
{
    if (!MM_DEBUG || !MM_LOAD_RELAXED(&world->jitter))
        return;
    uint64_t random = world_random(world);
    if (random % 4 == 0)
        sched_yield();
    else if (random % 64 == 1)
        nanosleep(&(struct timespec){ .tv_nsec = (long)(random >> 32) % 100000 }, NULL);
}

void
world_lock(struct world *world)
{
    pthread_mutex_lock(&world->lock);
}

void
world_unlock(struct world *world)
{
    pthread_mutex_unlock(&world->lock);
}

static void
world_flag(struct world *world, uint32_t stop)
{
    for (struct mm_mutator *m = world->mutators; m; m = m->following)
        MM_STORE_RELAXED(&m->stop, stop);
}

/* Asks all mutators to stand still.  The clock is read as such: this is no beginning of something
 * that holds up the calling thread. */
static void
world_ask(struct world *world, const struct events *events)
{
    world->stopping = true;
    world->asked_ns = events->listener ? events_clock() : 0;
    world_flag(world, 1);
}

/* They do. */
static void
world_at_rest(const struct world *world, const struct events *events, uint32_t mutator)
{
    mm_assert(world->running == 0);
    events_end(events, MM_EVENT_TIME_TO_STOP, mutator, world->asked_ns, 0);
}

static void
world_resume(struct world *world)
{
    world_flag(world, 0);
    world->stopping = false;
    pthread_cond_broadcast(&world->started);
}

static void
world_do_task(struct world *world)
{
    world_at_rest(world, world_events_of_heap(world->task_heap), MM_NO_MUTATOR);
    world->task(world->task_heap);
    MM_STORE_RELEASE(&world->task, NULL);
    world_resume(world);
}

/* Not running from here on; the one who stops the world may be waiting for just that. */
static void
world_leave(struct world *world)
{
    mm_assert(world->running > 0);
    world->running--;
    if (!world->stopping || world->running > 0)
        return;
    if (world->task)
        world_do_task(world);
    pthread_cond_broadcast(&world->stopped);
}

/* The same for who does not come back at once: a task that it does is told as a stop. */
static void
world_leave_for_long(struct world *world, const struct mm_mutator *m)
{
    bool last = world->task && world->running == 1;
    uint64_t begin = events_begin(world_events(m));
    world_leave(world);
    if (last)
        events_end(world_events(m), MM_EVENT_STOP, m->ordinal, begin, 0);
}

static void
world_enter(struct world *world)
{
    while (world->stopping)
        pthread_cond_wait(&world->started, &world->lock);
    world->running++;
}

void
world_attach(struct world *world, struct mm_mutator *m)
{
    world_enter(world);
    m->ordinal = world->ordinals++;
    m->following = world->mutators;
    world->mutators = m;
}

void
world_detach(struct world *world, struct mm_mutator *m)
{
    struct mm_mutator **link = &world->mutators;
    while (*link != m)
        link = &(*link)->following;
    *link = m->following;
    world_leave_for_long(world, m);
}

void
world_pause(struct mm_mutator *m)
{
    struct world *world = world_of(m);
    if (!world->stopping)
        return;
    uint64_t begin = events_begin(world_events(m));
    world_leave(world);
    world_enter(world);
    events_end(world_events(m), MM_EVENT_STOP, m->ordinal, begin, 0);
}

void
world_park(struct mm_mutator *m)
{
    world_leave_for_long(world_of(m), m);
}

void
world_unpark(struct mm_mutator *m)
{
    struct world *world = world_of(m);
    bool waits = world->stopping;
    uint64_t begin = events_begin(world_events(m));
    world_enter(world);
    if (waits)
        events_end(world_events(m), MM_EVENT_STOP, m->ordinal, begin, 0);
}

void
world_stop(struct mm_mutator *m)
{
    struct world *world = world_of(m);
    mm_assert(!world->stopping);
    world_ask(world, world_events(m));
    world_leave(world);
    while (world->running > 0)
        pthread_cond_wait(&world->stopped, &world->lock);
    world_at_rest(world, world_events(m), m->ordinal);
}

void
world_start(struct mm_mutator *m)
{
    struct world *world = world_of(m);
    world->running++;
    world_resume(world);
}

/* Waits without the lock until the task is done, for a while, and takes the lock when nobody has
 * it. */
static void
world_look_on(struct world *world)
{
    uint64_t until = events_clock() + LOOK_ON_NS;
    world_unlock(world);
    world_jitter(world);
    while (MM_LOAD_ACQUIRE(&world->task) && events_clock() < until)
        MM_RELAX();
    bool locked = pthread_mutex_trylock(&world->lock) == 0;
    for (; !locked && events_clock() < until; locked = pthread_mutex_trylock(&world->lock) == 0)
        MM_RELAX();
    if (!locked)
        world_lock(world);
}

void
world_stop_for(struct mm_heap *heap, void (*task)(struct mm_heap *heap), bool looks_on)
{
    struct world *world = world_of_heap(heap);
    while (world->stopping)
        pthread_cond_wait(&world->started, &world->lock);
    MM_STORE_RELAXED(&world->task, task);
    world->task_heap = heap;
    world_ask(world, world_events_of_heap(heap));
    if (world->running == 0)
        world_do_task(world);
    else if (looks_on)
        world_look_on(world);
    while (world->task)
        pthread_cond_wait(&world->stopped, &world->lock);
}

/* -- The calls of mm.h ------------------------------------------------------------- */

void
world_safepoint(struct mm_mutator *m)
{
    world_jitter(world_of(m));
    world_lock(world_of(m));
    world_pause(m);
    world_unlock(world_of(m));
}

void
world_park_mutator(struct mm_mutator *m)
{
    world_lock(world_of(m));
    world_park(m);
    world_unlock(world_of(m));
}

void
world_unpark_mutator(struct mm_mutator *m)
{
    world_jitter(world_of(m));
    world_lock(world_of(m));
    world_unpark(m);
    world_unlock(world_of(m));
}
