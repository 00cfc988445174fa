/* runway.c -- see runway.h. */
#include "parts/runway.h"

#include "parts/block_heap_books.h"

enum { NEWTON_STEPS = 8 };

/* What was handed out of each kind since the last cycle, by all mutators. */
static void
runway_gather(struct block_heap *heap)
{
    for (size_t k = CELL_CLASSES; k < heap->kinds_count; k++)
        heap->books[k].gathered_bytes = heap->books[k].handed_bytes;
    for (const struct mm_mutator *m = heap->world.mutators; m; m = m->following)
        for (uint32_t k = CELL_CLASSES; k < m->bumps; k++)
            heap->books[k].gathered_bytes += MM_LOAD_RELAXED(&m->bump[k].handed);
}

/* Free bytes that only objects of this kind can use. */
static double
runway_own_room(const struct kind_books *books)
{
    return books->holes_bytes > books->gathered_bytes
               ? (double)(books->holes_bytes - books->gathered_bytes)
               : 0;
}

/* What was made of this kind lately. */
static double
runway_lately(const struct kind_books *books)
{
    return (double)(books->recent_bytes + books->gathered_bytes);
}

/* Free bytes that any kind can use.  Some are kept back, since they are used up in steps: a block
 * for a kind that has none, a range for a large object. */
static double
runway_any_room(const struct runway *runway, const struct block_heap *heap)
{
    size_t room = block_heap_room(heap), most = heap->budget / 8;
    size_t kept = RUNWAY_KEPT_BLOCKS * BLOCK_BYTES;
    kept = (kept > heap->budget / 256 ? kept : heap->budget / 256) + runway->largest;
    kept = kept < most ? kept : most;
    return (double)(room > kept + room / 8 ? room - kept : room / 8);
}

void
runway_look(struct runway *runway, struct block_heap *heap)
{
    runway_gather(heap);
    double any = runway_any_room(runway, heap), bytes = any;
    double large = (double)(heap->large.recent_bytes + heap->large.handed_bytes) + 1;
    double total = large;
    for (size_t k = CELL_CLASSES; k < heap->kinds_count; k++) {
        total += runway_lately(&heap->books[k]);
        bytes += runway_own_room(&heap->books[k]);
    }
    for (unsigned i = 0; i < NEWTON_STEPS; i++) {
        double room = any, share = large / total;
        for (size_t k = CELL_CLASSES; k < heap->kinds_count; k++) {
            double own = runway_own_room(&heap->books[k]);
            double lately = runway_lately(&heap->books[k]) / total;
            if (lately * bytes > own) {
                room += own;
                share += lately;
            }
        }
        bytes = room / share < bytes ? room / share : bytes;
    }
    runway->bytes = (size_t)bytes;
    runway->looked_bytes = heap->handed_bytes;
}

size_t
runway_now(struct runway *runway, struct block_heap *heap)
{
    if ((heap->handed_bytes - runway->looked_bytes) * RUNWAY_LOOKS >= runway->bytes)
        runway_look(runway, heap);
    uint64_t used = heap->handed_bytes - runway->looked_bytes;
    return used < runway->bytes ? runway->bytes - (size_t)used : 0;
}

size_t
runway_expect(struct runway *runway, size_t bytes)
{
    size_t large = bytes > CELL_BYTES_MAX && bytes != BLOCK_BYTES ? bytes : 0;
    runway->largest = large > runway->largest ? large : runway->largest;
    return large;
}

void
runway_renew(struct runway *runway, struct block_heap *heap)
{
    runway->largest -= runway->largest / 4;
    runway_look(runway, heap);
    /* Who made more than was foreseen proved it wrong. */
    uint64_t most = heap->between_bytes > runway->bytes ? heap->between_bytes : runway->bytes;
    futile_tell(&runway->futile, heap, most);
}

bool
runway_is_futile(const struct runway *runway, const struct block_heap *heap)
{
    return futile_is_exhausted(&runway->futile, FUTILE_TIMES_FORESEEN) && !heap->collect_always;
}
