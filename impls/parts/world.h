/* world.h -- the mutators of a heap: how they come and go, and how one stops all the others.
 *
 * One lock guards the heap's books and the count of running mutators.  A mutator runs until it
 * waits in world_pause, is parked, or is detached.  Who wants the world to stop sets each
 * mutator's `stop`, which mm_safepoint polls, and waits until nobody else runs; every slow path of
 * allocation takes the lock and comes by world_pause too.
 *
 * A thread that is no mutator leaves a task instead, and the mutator that stands still last does
 * it: so no mutator waits for another thread to wake up, and one alone does not wait at all.
 *
 * Invariants, while the lock is held:
 *  1. running counts the mutators that are neither parked nor waiting in world_pause or
 *     world_unpark.
 *  2. Between world_stop and world_start it is 0, the caller included, and stays 0; so it is while
 *     a task is done.
 *  3. There is a task only while the world stops.
 *
 * Cost: a load and a branch for a safepoint; a lock for the rest. */
#ifndef PARTS_WORLD_H
#define PARTS_WORLD_H

#include "mm_heap.h"

#include <pthread.h>

struct world {
    pthread_mutex_t lock;
    pthread_cond_t stopped, started;
    struct mm_mutator *mutators;
    unsigned running;
    uint32_t ordinals; /* given out so far */
    bool stopping;
    uint64_t asked_ns;                  /* when the flags were raised; 0: nobody listens */
    void (*task)(struct mm_heap *heap); /* atomic: who looks on reads it without the lock */
    struct mm_heap *task_heap;
    uint64_t jitter; /* atomic: the state of random waits; 0: none */
};

/* With a seed, debug builds wait for random times at handshakes; see world_jitter. */
void world_create(struct world *world, uint64_t seed);
void world_destroy(struct world *world);

void world_lock(struct world *world);
void world_unlock(struct world *world);

/* In debug builds of a heap with a seed: waits for a short random time, now and then, so that tests
 * see many orders of events.  Called where another thread may come in between. */
void world_jitter(struct world *world);

/* The rest is called with the lock held, and may let go of it for a while. */
void world_attach(struct world *world, struct mm_mutator *m);
void world_detach(struct world *world, struct mm_mutator *m);

/* Waits while somebody stops the world. */
void world_pause(struct mm_mutator *m);

void world_park(struct mm_mutator *m);
void world_unpark(struct mm_mutator *m);

/* Waits until no other mutator runs.  The caller comes from world_pause.  How long that took is
 * told as MM_EVENT_TIME_TO_STOP, so it is with world_stop_for. */
void world_stop(struct mm_mutator *m);
void world_start(struct mm_mutator *m);

/* For a thread that is no mutator: has `task` done with the world at rest, on whatever thread, with
 * the lock held; it must not let go of the lock.  Returns when it is done and the world goes on.
 * Who looks on does not sleep meanwhile, for a while: to wake it up would hold up the mutator that
 * does the task.  It needs a core of its own. */
void world_stop_for(struct mm_heap *heap, void (*task)(struct mm_heap *heap), bool looks_on);

#endif
