/* block_verify.c -- mm_verify of the managers that have no invariants but those of the block heap.
 */
#include "parts/block_heap_books.h"

void
mm_verify(struct mm_heap *whole)
{
    struct block_heap *heap = (struct block_heap *)whole;
    world_lock(&heap->world);
    if (!block_heap_is_marking(heap))
        block_check(heap);
    world_unlock(&heap->world);
}
