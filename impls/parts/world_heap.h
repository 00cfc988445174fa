/* world_heap.h -- where world.c finds the world and the events of a heap: here, of a block heap; a
 * manager with another heap has a file of this name in its own folder. */
#ifndef PARTS_WORLD_HEAP_H
#define PARTS_WORLD_HEAP_H

#include "parts/block_heap_books.h"

MM_INLINE struct world *
world_of_heap(struct mm_heap *heap)
{
    return &((struct block_heap *)heap)->world;
}

MM_INLINE struct world *
world_of(const struct mm_mutator *m)
{
    return &m->heap->world;
}

MM_INLINE const struct events *
world_events(const struct mm_mutator *m)
{
    return &m->heap->events;
}

MM_INLINE const struct events *
world_events_of_heap(const struct mm_heap *heap)
{
    return &((const struct block_heap *)heap)->events;
}

#endif
