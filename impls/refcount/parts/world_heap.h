/* world_heap.h -- where world.c finds the world and the events of a heap that counts; see the file
 * of this name in impls/parts. */
#ifndef PARTS_WORLD_HEAP_H
#define PARTS_WORLD_HEAP_H

#include "refcount.h"

MM_INLINE struct world *
world_of_heap(struct mm_heap *heap)
{
    return &heap->world;
}

MM_INLINE struct world *
world_of(const struct mm_mutator *m)
{
    return &refcount_heap(m)->world;
}

MM_INLINE const struct events *
world_events(const struct mm_mutator *m)
{
    return &refcount_heap(m)->slabs.spans.events;
}

MM_INLINE const struct events *
world_events_of_heap(const struct mm_heap *heap)
{
    return &heap->slabs.spans.events;
}

#endif
