/* block_supply.c -- how blocks come from the system and go back to it.
 *
 * The mark bytes and the table entries of a block stay when it goes: it comes back later, or its
 * address space is not used again.
 *
 * What is beyond the budget after a cycle goes back in steps of TRIM_BLOCKS blocks, or of a range
 * of that size, from the top of the heap down, while mutators come by for memory.
 *
 * Cost: a request to the system for BLOCK_COMMIT blocks; one to give back a run of neighbours.
 * Steps take at most a hundredth of the time. */
#include "parts/block_heap_books.h"

enum {
    TRIM_BLOCKS = 16,           /* looked at in a step, and given back at most */
    TRIM_REST = 99,             /* times as long as a step took, there is no other */
    TRIM_REST_NS_MAX = 20000000 /* but no longer than this: the thread may have lost its core */
};

static bool
block_supply_commit(struct block_heap *heap, uint32_t from, uint32_t count)
{
    size_t top = (size_t)from + count;
    if (top > heap->blocks_max ||
        !block_heap_extend(heap, heap->marks, &heap->marks_committed, top * BLOCK_MARKS) ||
        (heap->counts &&
         !block_heap_extend(heap, heap->counts, &heap->counts_committed, top * BLOCK_MARKS)) ||
        !block_heap_extend(heap, heap->blocks, &heap->blocks_committed,
                           top * sizeof(struct block)) ||
        !block_heap_extend(heap, heap->links, &heap->links_committed,
                           top * sizeof(struct block_link)) ||
        !pages_commit(&heap->pages, block_address(heap, from), (size_t)count << BLOCK_SHIFT))
        return false;
    heap->cells_committed += (size_t)count << BLOCK_SHIFT;
    pages_touch(&heap->pages, block_address(heap, from), (size_t)count << BLOCK_SHIFT);
    for (uint32_t block = from; block < top; block++)
        block_list_push(heap, &heap->free, block);
    heap->blocks_top = heap->blocks_top < top ? (uint32_t)top : heap->blocks_top;
    return true;
}

size_t
block_supply_cost(const struct block_heap *heap, size_t count)
{
    size_t bytes = BLOCK_BYTES + BLOCK_MARKS + sizeof(struct block) + sizeof(struct block_link);
    if (heap->counts)
        return count * (bytes + BLOCK_MARKS) + 4 * PAGES_BYTES;
    return count * bytes + 3 * PAGES_BYTES;
}

/* Takes up to `count` neighbours off the list of blocks that went back; says how many. */
static uint32_t
block_supply_take_gone(struct block_heap *heap, uint32_t first, uint32_t count)
{
    uint32_t taken = 0;
    while (taken < count && heap->gone.first == first + taken)
        block_list_unlink(heap, &heap->gone, first + taken++);
    return taken;
}

static bool
block_supply_again(struct block_heap *heap, uint32_t count)
{
    uint32_t first = heap->gone.first;
    count = block_supply_take_gone(heap, first, count);
    bool done = block_supply_commit(heap, first, count);
    for (uint32_t block = first; block < first + count; block++)
        if (done)
            heap->blocks[block].kind = KIND_FREE;
        else
            block_list_push(heap, &heap->gone, block);
    return done;
}

bool
block_supply_fresh(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    uint32_t count = BLOCK_COMMIT;
    for (bool more = true; more && block_heap_headroom(heap) < block_supply_cost(heap, 1);) {
        more = block_large_sweep(heap, SWEEP_LARGE);
        block_large_return(m, block_supply_cost(heap, BLOCK_ROOM));
    }
    while (count && block_heap_headroom(heap) < block_supply_cost(heap, count))
        count /= 2;
    if (!count)
        return false;
    uint64_t begin = events_begin(&heap->events);
    size_t before = heap->cells_committed;
    bool done = heap->gone.first != BLOCK_NONE ? block_supply_again(heap, count)
                                               : block_supply_commit(heap, heap->blocks_top, count);
    events_end(&heap->events, MM_EVENT_PAGE_REQUEST, m->ordinal, begin,
               heap->cells_committed - before);
    return done;
}

static void
block_supply_return_run(struct block_heap *heap, uint32_t from, uint32_t to)
{
    if (from == to)
        return;
    pages_return(&heap->pages, block_address(heap, from), (size_t)(to - from) << BLOCK_SHIFT);
    heap->cells_committed -= (size_t)(to - from) << BLOCK_SHIFT;
    for (uint32_t block = from; block < to; block++) {
        heap->blocks[block].kind = KIND_GONE;
        block_list_push(heap, &heap->gone, block);
    }
}

/* Takes a free or dead block away from where it is; false: it is in use, or gone. */
static bool
block_supply_pick(struct block_heap *heap, uint32_t block)
{
    if (block_is_dead(heap, &heap->blocks[block]))
        block_holes_free(heap, block);
    else if (heap->blocks[block].kind == KIND_FREE)
        block_list_unlink(heap, &heap->free, block);
    else
        return false;
    return true;
}

/* Gives back blocks below `top`, run by run, after looking at no more than `looks` and until there
 * is headroom for `bytes`; says where it stopped. */
static uint32_t
block_supply_return_below(struct block_heap *heap, uint32_t top, uint32_t looks, size_t bytes)
{
    uint32_t to = top, from = top; /* a run to be returned */
    while (from && looks-- && heap->free.count + heap->dead_blocks > 0 &&
           block_heap_excess(heap, bytes) > (size_t)(to - from) << BLOCK_SHIFT) {
        if (block_supply_pick(heap, from - 1)) {
            from--;
        } else {
            block_supply_return_run(heap, from, to);
            to = --from;
        }
    }
    block_supply_return_run(heap, from, to);
    return from;
}

void
block_supply_return(struct mm_mutator *m, size_t bytes)
{
    struct block_heap *heap = m->heap;
    uint64_t begin = events_begin(&heap->events);
    size_t before = heap->cells_committed;
    (void)block_supply_return_below(heap, heap->blocks_top, UINT32_MAX, bytes);
    if (before != heap->cells_committed)
        events_end(&heap->events, MM_EVENT_PAGE_RETURN, m->ordinal, begin,
                   before - heap->cells_committed);
}

/* -- In steps -------------------------------------------------------------------------- */

/* A round that is under way goes on: where cycles are short, none would ever come to the first
 * blocks otherwise. */
void
block_supply_trim_begin(struct block_heap *heap)
{
    if (!heap->trim_blocks && block_heap_excess(heap, 0))
        heap->trim_blocks = heap->blocks_top;
}

static void
block_supply_trim(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    size_t before = heap->cells_committed;
    uint64_t begin = events_begin(&heap->events);
    (void)block_large_sweep(heap, TRIM_BLOCKS);
    if (heap->large.free_pages) {
        block_large_return_some(m, (size_t)TRIM_BLOCKS << BLOCK_SHIFT);
        return;
    }
    heap->trim_blocks = block_supply_return_below(heap, heap->trim_blocks, TRIM_BLOCKS, 0);
    if (before != heap->cells_committed)
        events_end(&heap->events, MM_EVENT_PAGE_RETURN, m->ordinal, begin,
                   before - heap->cells_committed);
}

void
block_supply_trim_step(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    if (!heap->trim_blocks)
        return;
    uint64_t begin = events_clock();
    if (begin < heap->trim_next_ns)
        return;
    if (block_heap_excess(heap, 0))
        block_supply_trim(m);
    else
        heap->trim_blocks = 0;
    uint64_t end = events_clock(), rest = (end - begin) * TRIM_REST;
    heap->trim_next_ns = end + (rest < TRIM_REST_NS_MAX ? rest : TRIM_REST_NS_MAX);
}
