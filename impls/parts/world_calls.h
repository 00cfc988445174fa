/* world_calls.h -- safepoints and parking of a manager that stops the world; see world.h. */
#ifndef PARTS_WORLD_CALLS_H
#define PARTS_WORLD_CALLS_H

/* Waits until the world goes on. */
MM_SLOW void world_safepoint(struct mm_mutator *m);

void world_park_mutator(struct mm_mutator *m);
void world_unpark_mutator(struct mm_mutator *m);

MM_INLINE void
mm_safepoint(struct mm_mutator *m)
{
    if (MM_UNLIKELY(MM_LOAD_RELAXED(&m->stop)))
        world_safepoint(m);
}

MM_INLINE void
mm_park(struct mm_mutator *m)
{
    world_park_mutator(m);
}

MM_INLINE void
mm_unpark(struct mm_mutator *m)
{
    world_unpark_mutator(m);
}

#endif
