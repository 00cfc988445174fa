/* world.c -- see world.h. */
#include "parts/world.h"

#include "parts/assert.h"
#include "parts/block_heap_books.h"

void
world_create(struct world *world)
{
    *world = (struct world){ .mutators = NULL };
    mm_assert(pthread_mutex_init(&world->lock, NULL) == 0);
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

/* Not running from here on; the one who stops the world may be waiting for just that. */
static void
world_leave(struct world *world)
{
    mm_assert(world->running > 0);
    world->running--;
    if (world->stopping)
        pthread_cond_signal(&world->stopped);
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
    world_leave(world);
}

void
world_pause(struct mm_mutator *m)
{
    struct world *world = &m->heap->world;
    if (!world->stopping)
        return;
    uint64_t begin = events_begin(&m->heap->events);
    world_leave(world);
    world_enter(world);
    events_end(&m->heap->events, MM_EVENT_STOP, m->ordinal, begin, 0);
}

void
world_park(struct mm_mutator *m)
{
    world_leave(&m->heap->world);
}

void
world_unpark(struct mm_mutator *m)
{
    struct world *world = &m->heap->world;
    bool waits = world->stopping;
    uint64_t begin = events_begin(&m->heap->events);
    world_enter(world);
    if (waits)
        events_end(&m->heap->events, MM_EVENT_STOP, m->ordinal, begin, 0);
}

static void
world_flag(struct world *world, uint32_t stop)
{
    for (struct mm_mutator *m = world->mutators; m; m = m->following)
        MM_STORE_RELAXED(&m->stop, stop);
}

void
world_stop(struct mm_mutator *m)
{
    struct world *world = &m->heap->world;
    mm_assert(!world->stopping);
    world->stopping = true;
    world_flag(world, 1);
    world_leave(world);
    while (world->running > 0)
        pthread_cond_wait(&world->stopped, &world->lock);
}

void
world_start(struct mm_mutator *m)
{
    struct world *world = &m->heap->world;
    world_flag(world, 0);
    world->stopping = false;
    world->running++;
    pthread_cond_broadcast(&world->started);
}

/* -- The calls of mm.h ------------------------------------------------------------- */

void
world_safepoint(struct mm_mutator *m)
{
    world_lock(&m->heap->world);
    world_pause(m);
    world_unlock(&m->heap->world);
}

void
world_park_mutator(struct mm_mutator *m)
{
    world_lock(&m->heap->world);
    world_park(m);
    world_unlock(&m->heap->world);
}

void
world_unpark_mutator(struct mm_mutator *m)
{
    world_lock(&m->heap->world);
    world_unpark(m);
    world_unlock(&m->heap->world);
}
