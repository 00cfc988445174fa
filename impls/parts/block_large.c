/* block_large.c -- objects larger than a cell, in ranges of pages of their own.
 *
 * Reserved space is cut into extents, which are described in a table by their first page: boundary
 * tags, so that a free extent is merged with free neighbours at once (Knuth, volume 1, 2.5).  Free
 * extents are in bins by size, and kept committed for the next object of that size; they go back to
 * the system when somebody else needs the memory.  Dead objects are found by going through the list
 * of all, a few at a time.
 *
 * Invariants:
 *  1. Extents follow each other without gap from page 0 to `top`; `before` is the size of the one
 * in front, 0 for the first; `last` is the one that ends at `top`.
 *  2. No two neighbours are both FREE, or both GONE.
 *  3. A USED extent is in one of three lists; one in `unswept` that is not marked is dead, and
 *     dead_pages is their sum.  New ones are in `fresh` until a cycle ends.
 *  4. While a cycle runs, `unswept` is empty.
 *  5. An entry up to `last` has pages if and only if an extent begins there.
 *
 * Cost: a walk along at most LARGE_BINS bins and LARGE_TRIES extents. */
#include "parts/block_heap_books.h"

#include "parts/assert.h"

enum { LARGE_TRIES = 32 };

/* -- Bins of free extents ------------------------------------------------------------ */

static size_t
block_large_bin(size_t pages)
{
    if (pages < 64)
        return pages;
    size_t log = 63 - (size_t)__builtin_clzll(pages);
    return 64 + (log - 6) * 4 + ((pages >> (log - 2)) & 3);
}

static void
block_large_put(struct large_space *space, uint32_t at)
{
    struct large *extent = &space->table[at];
    uint32_t *bin = &space->bins[extent->state][block_large_bin(extent->pages)];
    extent->previous = LARGE_NONE;
    extent->next = *bin;
    if (*bin != LARGE_NONE)
        space->table[*bin].previous = at;
    *bin = at;
    if (extent->state == LARGE_FREE)
        space->free_pages += extent->pages;
}

static void
block_large_pull(struct large_space *space, uint32_t at)
{
    struct large *extent = &space->table[at];
    if (extent->previous != LARGE_NONE)
        space->table[extent->previous].next = extent->next;
    else
        space->bins[extent->state][block_large_bin(extent->pages)] = extent->next;
    if (extent->next != LARGE_NONE)
        space->table[extent->next].previous = extent->previous;
    if (extent->state == LARGE_FREE)
        space->free_pages -= extent->pages;
}

/* An extent of this state with at least so many pages; LARGE_NONE. */
static uint32_t
block_large_fit(const struct large_space *space, enum large_state state, size_t pages)
{
    size_t bin = block_large_bin(pages);
    uint32_t at = space->bins[state][bin];
    for (unsigned tries = 0; at != LARGE_NONE && tries < LARGE_TRIES; tries++) {
        if (space->table[at].pages >= pages)
            return at;
        at = space->table[at].next;
    }
    while (++bin < LARGE_BINS)
        if (space->bins[state][bin] != LARGE_NONE)
            return space->bins[state][bin];
    return LARGE_NONE;
}

/* -- Extents --------------------------------------------------------------------------- */

/* Tells the extent behind this one how long this one is. */
static void
block_large_tell(struct large_space *space, uint32_t at)
{
    uint32_t behind = at + space->table[at].pages;
    if (behind < space->top)
        space->table[behind].before = space->table[at].pages;
    else
        space->last = at;
}

/* Makes two neighbours one; neither is in a bin. */
static uint32_t
block_large_join(struct large_space *space, uint32_t front, uint32_t back)
{
    space->table[front].pages += space->table[back].pages;
    space->table[back].pages = 0;
    block_large_tell(space, front);
    return front;
}

/* Puts an extent that became FREE or GONE into its bin, with its neighbours of the same state. */
static void
block_large_settle(struct large_space *space, uint32_t at)
{
    uint8_t state = space->table[at].state;
    uint32_t behind = at + space->table[at].pages;
    if (behind < space->top && space->table[behind].state == state) {
        block_large_pull(space, behind);
        block_large_join(space, at, behind);
    }
    if (space->table[at].before) {
        uint32_t front = at - space->table[at].before;
        if (space->table[front].state == state) {
            block_large_pull(space, front);
            at = block_large_join(space, front, at);
        }
    }
    block_large_put(space, at);
}

static bool
block_large_extend_table(struct block_heap *heap, size_t entries)
{
    return block_heap_extend(heap, heap->large.table, &heap->large.table_committed,
                             entries * sizeof(struct large));
}

/* Cuts an extent that is in no bin to so many pages; the rest goes into a bin. */
static bool
block_large_cut(struct block_heap *heap, uint32_t at, uint32_t pages)
{
    struct large_space *space = &heap->large;
    uint32_t rest = space->table[at].pages - pages;
    if (!rest)
        return true;
    if (!block_large_extend_table(heap, at + pages + 1))
        return false;
    space->table[at + pages] = (struct large){
        .pages = rest, .before = pages, .state = space->table[at].state, .grey_next = LARGE_NONE
    };
    space->table[at].pages = pages;
    block_large_tell(space, at + pages);
    block_large_put(space, at + pages);
    return true;
}

/* An extent of never used or returned space, in no bin; LARGE_NONE. */
static uint32_t
block_large_gone(struct block_heap *heap, uint32_t pages)
{
    struct large_space *space = &heap->large;
    uint32_t at = block_large_fit(space, LARGE_GONE, pages);
    if (at != LARGE_NONE) {
        block_large_pull(space, at);
        return at;
    }
    if (space->pages_max - space->top < pages || !block_large_extend_table(heap, space->top + 1))
        return LARGE_NONE;
    at = space->top;
    uint32_t before = at ? space->table[space->last].pages : 0;
    space->table[at] = (struct large){
        .pages = pages, .before = before, .state = LARGE_GONE, .grey_next = LARGE_NONE
    };
    space->top += pages;
    space->last = at;
    return at;
}

static char *
block_large_address(const struct large_space *space, uint32_t at)
{
    return space->base + (size_t)at * PAGES_BYTES;
}

/* An extent of committed memory of exactly this size, in no bin; LARGE_NONE. */
static uint32_t
block_large_committed(struct block_heap *heap, uint32_t pages, bool *zero)
{
    struct large_space *space = &heap->large;
    uint32_t at = block_large_fit(space, LARGE_FREE, pages);
    *zero = at == LARGE_NONE;
    if (at != LARGE_NONE) {
        block_large_pull(space, at);
    } else {
        size_t bytes = (size_t)pages * PAGES_BYTES;
        if (block_heap_headroom(heap) < bytes + PAGES_BYTES ||
            (at = block_large_gone(heap, pages)) == LARGE_NONE)
            return LARGE_NONE;
        if (block_large_cut(heap, at, pages) &&
            pages_commit(&heap->pages, block_large_address(space, at), bytes))
            return at;
        block_large_settle(space, at);
        return LARGE_NONE;
    }
    if (block_large_cut(heap, at, pages))
        return at;
    block_large_settle(space, at);
    return LARGE_NONE;
}

/* -- Lists of objects ------------------------------------------------------------------ */

static void
block_large_append(struct large_space *space, struct large_list *list, uint32_t at)
{
    struct large *object = &space->table[at];
    object->next = LARGE_NONE;
    object->previous = list->last;
    if (list->last != LARGE_NONE)
        space->table[list->last].next = at;
    else
        list->first = at;
    list->last = at;
}

static uint32_t
block_large_pop(struct large_space *space, struct large_list *list)
{
    uint32_t at = list->first;
    list->first = space->table[at].next;
    if (list->first != LARGE_NONE)
        space->table[list->first].previous = LARGE_NONE;
    else
        list->last = LARGE_NONE;
    return at;
}

static void
block_large_join_lists(struct large_space *space, struct large_list *list, struct large_list *more)
{
    if (more->first == LARGE_NONE)
        return;
    space->table[more->first].previous = list->last;
    if (list->last != LARGE_NONE)
        space->table[list->last].next = more->first;
    else
        list->first = more->first;
    list->last = more->last;
    *more = (struct large_list){ LARGE_NONE, LARGE_NONE };
}

/* The memory for a new object is sought in free ranges, then among the dead; then it is taken from
 * free ranges that are too short, and from free blocks. */
void *
block_large_new(struct mm_mutator *m, size_t kind, size_t bytes, bool *zero)
{
    struct block_heap *heap = m->heap;
    struct large_space *space = &heap->large;
    uint32_t pages = (uint32_t)((bytes + PAGES_BYTES - 1) / PAGES_BYTES);
    size_t needed = ((size_t)pages + 1) * PAGES_BYTES;
    uint32_t at = block_large_committed(heap, pages, zero);
    while (at == LARGE_NONE && space->unswept.first != LARGE_NONE) {
        (void)block_large_sweep(heap, SWEEP_LARGE);
        at = block_large_committed(heap, pages, zero);
    }
    if (at == LARGE_NONE && block_heap_room(heap) >= needed) {
        block_large_return(m, needed);
        block_supply_return(m, needed);
        at = block_large_committed(heap, pages, zero);
    }
    if (at == LARGE_NONE)
        return NULL;
    struct large *object = &space->table[at];
    object->bytes = bytes;
    object->kind = (uint16_t)kind;
    object->state = LARGE_USED;
    MM_STORE_RELAXED(&object->mark, block_heap_is_marking(heap) ? heap->mark : 0);
    block_large_append(space, &space->fresh, at);
    space->used_pages += pages;
    heap->handed_bytes += (size_t)pages * PAGES_BYTES;
    space->handed_bytes += (size_t)pages * PAGES_BYTES;
    if (block_heap_is_marking(heap))
        space->black_pages += pages;
    return block_large_address(space, at);
}

/* An object that is in no list any more. */
static void
block_large_free(struct large_space *space, uint32_t at)
{
    space->used_pages -= space->table[at].pages;
    space->table[at].state = LARGE_FREE;
    if (MM_DEBUG)
        memset(block_large_address(space, at), 0xdb, PAGES_BYTES);
    block_large_settle(space, at);
}

/* Whichever list it is in. */
static void
block_large_unlink(struct large_space *space, uint32_t at)
{
    struct large_list *lists[] = { &space->unswept, &space->swept, &space->fresh };
    const struct large *object = &space->table[at];
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (lists[i]->first == at)
            lists[i]->first = object->next;
        if (lists[i]->last == at)
            lists[i]->last = object->previous;
    }
    if (object->previous != LARGE_NONE)
        space->table[object->previous].next = object->next;
    if (object->next != LARGE_NONE)
        space->table[object->next].previous = object->previous;
}

void
block_large_drop(struct block_heap *heap, struct large *object)
{
    struct large_space *space = &heap->large;
    uint32_t at = (uint32_t)(object - space->table);
    mm_assert_slow(!block_heap_is_marking(heap) && object->count == 0);
    block_large_unlink(space, at);
    space->marked_pages -= object->pages;
    block_large_free(space, at);
}

void
block_large_push_grey(struct block_heap *heap, struct large *large)
{
    uint32_t *grey = &heap->large.grey, at = (uint32_t)(large - heap->large.table);
    uint32_t next = MM_LOAD_RELAXED(grey);
    do
        large->grey_next = next;
    while (!__atomic_compare_exchange_n(grey, &next, at, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

/* What is in front stays there until it is popped, by the only one who does: no ABA. */
char *
block_large_pop_grey(struct block_heap *heap)
{
    struct large_space *space = &heap->large;
    uint32_t at = MM_LOAD_ACQUIRE(&space->grey);
    if (at == LARGE_NONE)
        return NULL;
    while (!__atomic_compare_exchange_n(&space->grey, &at, space->table[at].grey_next, true,
                                        __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
        ;
    space->table[at].grey_next = LARGE_NONE;
    return block_large_address(space, at);
}

void
block_large_forget_counts(struct block_heap *heap)
{
    struct large_space *space = &heap->large;
    mm_assert(space->unswept.first == LARGE_NONE);
    for (uint32_t at = space->swept.first; at != LARGE_NONE; at = space->table[at].next)
        space->table[at].count = 0;
    for (uint32_t at = space->fresh.first; at != LARGE_NONE; at = space->table[at].next)
        space->table[at].count = 0;
}

bool
block_large_sweep(struct block_heap *heap, size_t count)
{
    struct large_space *space = &heap->large;
    for (; count && space->unswept.first != LARGE_NONE; count--) {
        uint32_t at = block_large_pop(space, &space->unswept);
        if (block_mark_is(MM_LOAD_RELAXED(&space->table[at].mark), heap->live)) {
            block_large_append(space, &space->swept, at);
            continue;
        }
        space->dead_pages -= space->table[at].pages;
        block_large_free(space, at);
    }
    return space->unswept.first != LARGE_NONE;
}

/* Gives back a part of a free extent that is as long as the gap, or else the longest free extent.
 */
static void
block_large_return_one(struct block_heap *heap, size_t gap)
{
    struct large_space *space = &heap->large;
    size_t pages = (gap + PAGES_BYTES - 1) / PAGES_BYTES;
    uint32_t at = block_large_fit(space, LARGE_FREE, pages);
    for (size_t bin = LARGE_BINS; at == LARGE_NONE; at = space->bins[LARGE_FREE][bin])
        bin--;
    block_large_pull(space, at);
    if (space->table[at].pages > pages)
        (void)block_large_cut(heap, at, (uint32_t)pages);
    pages_return(&heap->pages, block_large_address(space, at),
                 (size_t)space->table[at].pages * PAGES_BYTES);
    space->table[at].state = LARGE_GONE;
    block_large_settle(space, at);
}

void
block_large_return(struct mm_mutator *m, size_t bytes)
{
    struct block_heap *heap = m->heap;
    struct large_space *space = &heap->large;
    uint64_t begin = events_begin(&heap->events), before = space->free_pages;
    while (space->free_pages && block_heap_excess(heap, bytes))
        block_large_return_one(heap, block_heap_excess(heap, bytes));
    if (space->free_pages != before)
        events_end(&heap->events, MM_EVENT_PAGE_RETURN, m->ordinal, begin,
                   (before - space->free_pages) * PAGES_BYTES);
}

void
block_large_return_some(struct mm_mutator *m, size_t most)
{
    struct block_heap *heap = m->heap;
    uint64_t begin = events_begin(&heap->events), before = heap->large.free_pages;
    size_t excess = block_heap_excess(heap, 0);
    if (!before || !excess)
        return;
    block_large_return_one(heap, excess < most ? excess : most);
    events_end(&heap->events, MM_EVENT_PAGE_RETURN, m->ordinal, begin,
               (before - heap->large.free_pages) * PAGES_BYTES);
}

/* -- The space as a whole ------------------------------------------------------------------ */

bool
block_large_create(struct block_heap *heap, size_t pages_max)
{
    struct large_space *space = &heap->large;
    const struct large_list none = { LARGE_NONE, LARGE_NONE };
    *space = (struct large_space){
        .pages_max = pages_max, .unswept = none, .swept = none, .fresh = none, .grey = LARGE_NONE
    };
    memset(space->bins, 0xff, sizeof space->bins);
    space->base = pages_reserve(&heap->pages, pages_max * PAGES_BYTES);
    space->table = pages_reserve(&heap->pages, pages_max * sizeof(struct large));
    return space->base && space->table;
}

void
block_large_destroy(struct block_heap *heap)
{
    struct large_space *space = &heap->large;
    pages_release(&heap->pages, space->base, space->pages_max * PAGES_BYTES,
                  (space->used_pages + space->free_pages) * PAGES_BYTES);
    pages_release(&heap->pages, space->table, space->pages_max * sizeof(struct large),
                  space->table_committed);
}

void
block_large_cycle_begin(struct block_heap *heap)
{
    (void)block_large_sweep(heap, SIZE_MAX);
    heap->large.marked_pages = heap->large.black_pages = 0;
}

void
block_large_cycle_end_young(struct block_heap *heap)
{
    struct large_space *space = &heap->large;
    while (space->fresh.first != LARGE_NONE) {
        uint32_t at = block_large_pop(space, &space->fresh);
        if (space->table[at].mark == heap->live)
            block_large_append(space, &space->swept, at);
        else
            block_large_free(space, at);
    }
    space->handed_bytes = 0;
}

void
block_large_cycle_end(struct block_heap *heap)
{
    struct large_space *space = &heap->large;
    mm_assert(space->unswept.first == LARGE_NONE);
    block_large_join_lists(space, &space->swept, &space->fresh);
    space->unswept = space->swept;
    space->swept = (struct large_list){ LARGE_NONE, LARGE_NONE };
    space->dead_pages = space->used_pages - space->marked_pages - space->black_pages;
    space->recent_bytes = space->recent_bytes / 2 + space->handed_bytes;
    space->handed_bytes = 0;
}
