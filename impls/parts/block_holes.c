/* block_holes.c -- blocks, and the holes in them: runs of free cells, found when they are needed.
 *
 * After a cycle every block is unswept.  A mutator that needs cells of a kind takes an unswept
 * block of that kind and goes through its holes one by one (lazy sweep; Hughes 1982, and Immix's
 * bump allocation into holes, Blackburn and McKinley 2008).  A block in which the marker touched
 * nothing is wholly dead, and becomes a block of any kind.
 *
 * Invariants:
 *  1. A block with a kind is in exactly one list of that kind; free and gone blocks are in theirs.
 *  2. A block is in `swept`, `partial` or `full` if and only if a mutator went through it, or is
 * going through it, since the last cycle ended; in `full` if it found no hole.  New objects, whose
 * mark bytes are old, are only in `swept` and `partial`.
 *  3. The mark bytes of a hole are heap->mark while a cycle runs, and 0 at other times.
 *  4. dead_blocks counts the blocks for which block_is_dead.
 *  5. bump.handed is at least the rest of the hole; what it is more, is known to the books as soon
 *     as the mutator takes the lock for a block of that kind.
 *
 * Cost: sixteen words of mark bytes are compared for 1 KiB of cells; nothing is written into free
 * cells. */
#include "parts/block_heap_books.h"

#include "parts/assert.h"
#include "parts/byte_match.h"

enum {
    FEW_SHARE = 4,     /* less than this part of a block is not worth a search, if it is known */
    FREE_STOCK = 8,    /* free blocks found ahead of need */
    FIND_BLOCKS = 4096 /* looked at for a dead one before the system is asked for more */
};

/* -- Lists ----------------------------------------------------------------------- */

void
block_list_push(struct block_heap *heap, struct block_list *list, uint32_t block)
{
    heap->links[block].next = BLOCK_NONE;
    heap->links[block].previous = list->last;
    if (list->last != BLOCK_NONE)
        heap->links[list->last].next = block;
    else
        list->first = block;
    list->last = block;
    list->count++;
}

void
block_list_push_front(struct block_heap *heap, struct block_list *list, uint32_t block)
{
    heap->links[block].next = list->first;
    heap->links[block].previous = BLOCK_NONE;
    if (list->first != BLOCK_NONE)
        heap->links[list->first].previous = block;
    else
        list->last = block;
    list->first = block;
    list->count++;
}

void
block_list_unlink(struct block_heap *heap, struct block_list *list, uint32_t block)
{
    struct block_link *link = &heap->links[block];
    if (link->previous != BLOCK_NONE)
        heap->links[link->previous].next = link->next;
    else
        list->first = link->next;
    if (link->next != BLOCK_NONE)
        heap->links[link->next].previous = link->previous;
    else
        list->last = link->previous;
    list->count--;
}

void
block_list_append(struct block_heap *heap, struct block_list *list, struct block_list *more)
{
    if (more->first == BLOCK_NONE)
        return;
    heap->links[more->first].previous = list->last;
    if (list->last != BLOCK_NONE)
        heap->links[list->last].next = more->first;
    else
        list->first = more->first;
    list->last = more->last;
    list->count += more->count;
    *more = (struct block_list){ BLOCK_NONE, BLOCK_NONE, 0 };
}

/* -- Holes ------------------------------------------------------------------------- */

void
block_holes_create(struct block_heap *heap)
{
    for (size_t bytes = CELL_BYTES_MIN; bytes <= BITMAP_BYTES_MAX; bytes += 8)
        for (size_t cell = 0; cell < BLOCK_BYTES / bytes; cell++) {
            size_t granule = cell * bytes / GRANULE_BYTES;
            heap->starts[bytes / 8][granule / 64] |= UINT64_C(1) << granule % 64;
        }
    heap->free = heap->gone = (struct block_list){ BLOCK_NONE, BLOCK_NONE, 0 };
}

/* What a live cell's mark byte may be besides heap->live: objects are remembered only while no
 * cycle runs. */
MM_INLINE uint8_t
block_holes_second(const struct block_heap *heap)
{
    return block_heap_is_marking(heap) ? heap->mark : heap->live | MARK_LOGGED;
}

/* The mark bytes of a block, eight at a time.  The marker writes single ones meanwhile. */
MM_INLINE uint64_t *
block_holes_words(const struct block_heap *heap, size_t block)
{
    return (uint64_t *)(void *)(heap->marks + block * BLOCK_MARKS);
}

uint64_t
block_holes_live(const struct block_heap *heap, size_t block, size_t word)
{
    return byte_match_64(heap->marks + block * BLOCK_MARKS + word * 64, heap->live,
                         block_holes_second(heap));
}

/* Another mutator may remember an object meanwhile. */
static void
block_holes_clean_word(uint64_t *word, uint8_t first, uint8_t second)
{
    uint64_t bytes = MM_LOAD_RELAXED(word), kept;
    do {
        uint64_t hits = byte_match_word(bytes, first) | byte_match_word(bytes, second);
        kept = bytes & (hits >> 7) * UINT8_MAX;
    } while (kept != bytes && !__atomic_compare_exchange_n(word, &bytes, kept, false,
                                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

void
block_holes_clean(struct block_heap *heap, size_t block)
{
    uint64_t *words = block_holes_words(heap, block);
    for (size_t i = 0; i < BLOCK_MARKS / 8; i++)
        block_holes_clean_word(&words[i], heap->live, block_holes_second(heap));
}

static bool
block_holes_is_live(const struct block_heap *heap, size_t block, size_t offset)
{
    uint8_t byte = MM_LOAD_RELAXED(&heap->marks[block * BLOCK_MARKS + offset / GRANULE_BYTES]);
    return byte == heap->live || byte == block_holes_second(heap);
}

/* Offset of the first cell that is live, or is not, from this granule on; the end of the cells if
 * there is none. */
static size_t
block_holes_search(const struct block_heap *heap, const struct kind *kind, size_t block,
                   size_t granule, bool live)
{
    size_t bytes = kind->bytes, end = bytes * kind->cells;
    size_t from = (granule * GRANULE_BYTES + bytes - 1) / bytes * bytes;
    if (bytes > BITMAP_BYTES_MAX) {
        while (from < end && block_holes_is_live(heap, block, from) != live)
            from += bytes;
        return from;
    }
    uint64_t wanted = ~UINT64_C(0) << granule % 64;
    for (size_t word = granule / 64; word < BLOCK_WORDS; word++, wanted = ~UINT64_C(0)) {
        uint64_t bits = block_holes_live(heap, block, word);
        wanted &= heap->starts[bytes / 8][word] & (live ? bits : ~bits);
        if (wanted) {
            size_t found = word * 64 + (size_t)__builtin_ctzll(wanted);
            return (found * GRANULE_BYTES + bytes - 1) / bytes * bytes;
        }
    }
    return end;
}

void
block_holes_colour(struct mm_mutator *m, size_t number, uint8_t mark)
{
    struct block_heap *heap = m->heap;
    const struct bump *bump = &m->bump[number];
    if (bump->next == bump->limit)
        return;
    size_t first = block_heap_offset(heap, bump->next) / GRANULE_BYTES;
    size_t last = (block_heap_offset(heap, bump->limit) - heap->kinds[number].bytes) /
                  GRANULE_BYTES;
    memset(heap->marks + first, mark, last - first + 1);
}

/* Fills memory that nobody may look at. */
static void
block_holes_poison(char *from, const char *to)
{
    if (MM_DEBUG)
        memset(from, 0xdb, (size_t)(to - from));
}

/* Makes these free cells of the mutator's block its hole, or as many of them as it may have. */
static void
block_holes_hand_out(struct mm_mutator *m, size_t number, size_t from, size_t to)
{
    struct block_heap *heap = m->heap;
    struct bump *bump = &m->bump[number];
    size_t bytes = heap->kinds[number].bytes, longest = MM_LOAD_RELAXED(&heap->hole_bytes);
    longest = longest > bytes ? longest - longest % bytes : bytes;
    if (to - from > longest)
        to = from + longest;
    char *base = block_address(heap, bump->block);
    bump->next = base + from;
    bump->limit = base + to;
    bump->granule = (uint32_t)(to / GRANULE_BYTES);
    MM_STORE_RELAXED(&bump->handed, bump->handed + (to - from));
    m->handed_bytes += to - from;
    block_holes_colour(m, number, block_heap_is_marking(heap) ? heap->mark : 0);
    block_holes_poison(bump->next, bump->limit);
}

bool
block_holes_next(struct mm_mutator *m, size_t number)
{
    struct block_heap *heap = m->heap;
    struct bump *bump = &m->bump[number];
    if (bump->block == BLOCK_NONE)
        return false;
    const struct kind *kind = &heap->kinds[number];
    size_t end = (size_t)kind->bytes * kind->cells;
    size_t from = block_holes_search(heap, kind, bump->block, bump->granule, false);
    if (from >= end) {
        bump->next = bump->limit = NULL;
        bump->block = BLOCK_NONE;
        return false;
    }
    size_t to = block_holes_search(heap, kind, bump->block, from / GRANULE_BYTES, true);
    block_holes_hand_out(m, number, from, to);
    return true;
}

/* The same for a block without a live cell: nothing is searched. */
static void
block_holes_whole(struct mm_mutator *m, size_t number)
{
    const struct kind *kind = &m->heap->kinds[number];
    block_holes_hand_out(m, number, 0, (size_t)kind->bytes * kind->cells);
}

/* -- Blocks -------------------------------------------------------------------------- */

static void
block_holes_enter(struct mm_mutator *m, size_t number, uint32_t block, uint32_t granule)
{
    struct block_heap *heap = m->heap;
    block_cycle_clean_entered(heap, block);
    heap->blocks[block].swept = heap->live;
    if (block_heap_is_marking(heap))
        block_touch(heap, block, &heap->kinds[number]);
    block_list_push(heap, &heap->books[number].swept, block);
    m->bump[number].block = block;
    m->bump[number].granule = granule;
}

/* Goes through this kind's own blocks, at most `count` of them. */
static bool
block_holes_take_own(struct mm_mutator *m, size_t number, uint32_t count)
{
    struct block_heap *heap = m->heap;
    struct kind_books *books = &heap->books[number];
    if (books->partial.first != BLOCK_NONE) {
        uint32_t block = books->partial.first;
        block_list_unlink(heap, &books->partial, block);
        block_holes_enter(m, number, block, heap->links[block].resume);
        if (block_holes_next(m, number))
            return true;
    }
    for (; count && books->unswept.first != BLOCK_NONE; count--) {
        uint32_t block = books->unswept.first;
        bool dead = block_is_dead(heap, &heap->blocks[block]);
        block_list_unlink(heap, &books->unswept, block);
        block_holes_enter(m, number, block, 0);
        if (dead) {
            heap->dead_blocks--;
            block_holes_whole(m, number);
            return true;
        }
        if (block_holes_next(m, number))
            return true;
        block_list_unlink(heap, &books->swept, block);
        block_list_push(heap, &books->full, block);
    }
    return false;
}

/* Takes a wholly dead block away from its kind, if one is among the next `count` blocks;
 * BLOCK_NONE: there is none. */
static uint32_t
block_holes_next_dead(struct block_heap *heap, uint32_t count)
{
    for (; count && heap->dead_blocks && heap->dead_cursor < heap->blocks_top; count--) {
        uint32_t block = heap->dead_cursor++;
        if (block_is_dead(heap, &heap->blocks[block])) {
            block_holes_free(heap, block);
            return block;
        }
    }
    return BLOCK_NONE;
}

void
block_holes_stock(struct block_heap *heap, uint32_t count)
{
    uint32_t end = heap->dead_cursor + count;
    while (heap->free.count < FREE_STOCK && heap->dead_cursor < end) {
        uint32_t block = block_holes_next_dead(heap, end - heap->dead_cursor);
        if (block == BLOCK_NONE)
            return;
        block_list_push(heap, &heap->free, block);
    }
}

static uint32_t
block_holes_find_dead(struct mm_mutator *m, uint32_t count)
{
    uint64_t begin = events_begin(&m->heap->events);
    uint32_t found = block_holes_next_dead(m->heap, count);
    block_heap_event(m, MM_EVENT_SWEEP_SLICE, begin, 0);
    return found;
}

void
block_holes_free(struct block_heap *heap, uint32_t block)
{
    struct kind_books *books = &heap->books[heap->blocks[block].kind];
    heap->dead_blocks--;
    heap->used_blocks--;
    block_list_unlink(heap, &books->unswept, block);
    memset(heap->marks + (size_t)block * BLOCK_MARKS, 0, BLOCK_MARKS);
    heap->blocks[block] = (struct block){ .kind = KIND_FREE };
}

/* Its mark bytes are left as they are: none is heap->live. */
void
block_holes_free_young(struct block_heap *heap, struct block_list *list, uint32_t block)
{
    heap->used_blocks--;
    block_list_unlink(heap, list, block);
    block_list_push_front(heap, &heap->free, block);
    heap->blocks[block] = (struct block){ .kind = KIND_FREE };
}

bool
block_holes_are_few(const struct block_heap *heap, uint32_t block)
{
    uint32_t cells = heap->kinds[heap->blocks[block].kind].cells;
    return heap->counts && cells - heap->links[block].counted < cells / FEW_SHARE;
}

static void
block_holes_reopen_block(struct block_heap *heap, struct kind_books *books, uint32_t block)
{
    block_list_unlink(heap, &books->full, block);
    block_list_push_front(heap, &books->unswept, block);
    heap->blocks[block].swept = 0;
}

void
block_holes_died(struct block_heap *heap, uint32_t block)
{
    struct kind_books *books = &heap->books[heap->blocks[block].kind];
    bool full = heap->blocks[block].swept == heap->live;
    mm_assert_slow(!block_heap_is_marking(heap));
    if (!heap->links[block].counted) {
        heap->kinds[heap->blocks[block].kind].blocks_touched--;
        block_holes_free_young(heap, full ? &books->full : &books->unswept, block);
    } else if (full && !block_holes_are_few(heap, block)) {
        block_holes_reopen_block(heap, books, block);
    }
}

void
block_holes_reopen(struct block_heap *heap)
{
    for (size_t i = CELL_CLASSES; i < heap->kinds_count; i++) {
        struct kind_books *books = &heap->books[i];
        for (uint32_t block = books->full.first, next; block != BLOCK_NONE; block = next) {
            next = heap->links[block].next;
            if (heap->links[block].counted < heap->kinds[i].cells)
                block_holes_reopen_block(heap, books, block);
        }
    }
}

/* A block of no kind without a live mark byte; BLOCK_NONE: there is none within the budget. */
static uint32_t
block_holes_any(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    if (heap->free.first == BLOCK_NONE) {
        uint32_t dead = block_holes_find_dead(m, FIND_BLOCKS);
        if (dead != BLOCK_NONE)
            return dead;
        if (!block_supply_fresh(m))
            return block_holes_find_dead(m, UINT32_MAX);
    }
    uint32_t block = heap->free.first;
    block_list_unlink(heap, &heap->free, block);
    return block;
}

bool
block_holes_take(struct mm_mutator *m, size_t number)
{
    struct block_heap *heap = m->heap;
    if (block_holes_take_own(m, number, SWEEP_BLOCKS))
        return true;
    uint32_t block = block_holes_any(m);
    if (block == BLOCK_NONE) {
        uint64_t begin = events_begin(&heap->events);
        bool found = block_holes_take_own(m, number, UINT32_MAX);
        block_heap_event(m, MM_EVENT_SWEEP_SLICE, begin, 0);
        return found;
    }
    heap->blocks[block] = (struct block){ .kind = (uint16_t)number };
    heap->used_blocks++;
    block_holes_enter(m, number, block, 0);
    block_holes_whole(m, number);
    return true;
}

void
block_holes_whiten(struct mm_mutator *m, size_t number)
{
    struct block_heap *heap = m->heap;
    struct bump *bump = &m->bump[number];
    size_t rest = (size_t)(bump->limit - bump->next);
    if (!rest)
        return;
    heap->handed_bytes -= rest;
    MM_STORE_RELAXED(&bump->handed, bump->handed - rest);
    block_holes_colour(m, number, 0);
    bump->granule = (uint32_t)(block_heap_offset(heap, bump->next) % BLOCK_BYTES / GRANULE_BYTES);
    bump->limit = bump->next;
}

void
block_holes_tell(struct mm_mutator *m, size_t number)
{
    struct kind_books *books = &m->heap->books[number];
    struct bump *bump = &m->bump[number];
    size_t rest = (size_t)(bump->limit - bump->next);
    books->handed_bytes += bump->handed - rest;
    if (block_heap_is_marking(m->heap))
        books->black_bytes += bump->handed - rest;
    MM_STORE_RELAXED(&bump->handed, rest);
}

void
block_holes_leave(struct mm_mutator *m, size_t number)
{
    struct block_heap *heap = m->heap;
    struct bump *bump = &m->bump[number];
    block_holes_whiten(m, number);
    block_holes_tell(m, number);
    if (bump->block != BLOCK_NONE) {
        block_list_unlink(heap, &heap->books[number].swept, bump->block);
        heap->links[bump->block].resume = bump->granule;
        block_list_push(heap, &heap->books[number].partial, bump->block);
    }
    *bump = (struct bump){ NULL, NULL, BLOCK_NONE, 0, 0 };
}
