/* marker.c -- see marker.h. */
#include "parts/block_heap_books.h"

#include "parts/assert.h"

enum { FIRST_BYTES_MAX = 1 << 20 };

void
marker_create(struct block_heap *heap, size_t reserved)
{
    struct marker *marker = &heap->marker;
    size_t first = reserved / 64 & ~(size_t)(PAGES_BYTES - 1);
    first = first < PAGES_BYTES ? PAGES_BYTES : first > FIRST_BYTES_MAX ? FIRST_BYTES_MAX : first;
    *marker = (struct marker){ .rescan_block = BLOCK_NONE, .reserved = reserved };
    marker->stack = pages_reserve(&heap->pages, reserved);
    if (!marker->stack || !block_heap_extend(heap, marker->stack, &marker->committed, first))
        mm_exhausted(reserved, heap->pages.limit);
    marker->capacity = marker->committed / sizeof *marker->stack;
    if (marker->committed > MARKER_STACK_BYTES_MAX)
        marker->capacity = MARKER_STACK_BYTES_MAX / sizeof *marker->stack;
    mm_assert(marker->capacity >= MARKER_ROOM);
}

void
marker_destroy(struct block_heap *heap)
{
    pages_release(&heap->pages, heap->marker.stack, heap->marker.reserved, heap->marker.committed);
}

/* Doubles the stack, within the limit.  False leaves it as it was. */
static MM_SLOW bool
marker_grow(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    size_t bytes = 2 * marker->committed;
    if (bytes > MARKER_STACK_BYTES_MAX || bytes > marker->reserved)
        return false;
    if (heap->budget_max && block_heap_headroom(heap) < bytes - marker->committed)
        return false;
    if (!block_heap_extend(heap, marker->stack, &marker->committed, bytes))
        return false;
    marker->capacity = marker->committed / sizeof *marker->stack;
    return true;
}

static MM_SLOW bool
marker_has_no_room(struct block_heap *heap)
{
    return !marker_grow(heap) || heap->marker.depth + MARKER_ROOM > heap->marker.capacity;
}

static MM_SLOW void
marker_note_unscanned(struct block_heap *heap, size_t block)
{
    heap->marker.overflows++;
    if (!heap->links[block].unscanned) {
        heap->links[block].unscanned = 1;
        heap->marker.unscanned_blocks++;
    }
}

static MM_SLOW void
marker_touch(struct block_heap *heap, struct block *block, struct kind *kind)
{
    block->touched = heap->mark;
    kind->blocks_touched++;
}

MM_INLINE void
marker_push_words(struct marker *marker, const mm_ref *words, uint64_t refs)
{
    for (; refs; refs &= refs - 1) {
        void *child = MM_LOAD_RELAXED(&words[__builtin_ctzll(refs)].ptr_);
        if (child)
            marker->stack[marker->depth++] = (uintptr_t)child;
    }
}

/* Looks at a piece of a tail from this unit on; the rest is left on the stack. */
static void
marker_scan_tail(struct block_heap *heap, char *obj, const struct kind *kind, size_t bytes,
                 size_t unit)
{
    struct marker *marker = &heap->marker;
    size_t units = (bytes - kind->fixed_bytes) / kind->unit_bytes;
    size_t piece = MARKER_PIECE / (size_t)__builtin_popcountll(kind->unit_refs);
    size_t end = unit + (piece ? piece : 1);
    if (end < units) {
        marker->stack[marker->depth++] = (uintptr_t)obj;
        marker->stack[marker->depth++] = end << 1 | 1;
    } else {
        end = units;
    }
    const char *at = obj + kind->fixed_bytes + unit * kind->unit_bytes;
    for (; unit < end; unit++, at += kind->unit_bytes)
        marker_push_words(marker, (const mm_ref *)(const void *)at, kind->unit_refs);
}

/* The references of a cell that is marked, for which there is room. */
MM_INLINE void
marker_scan(struct block_heap *heap, char *obj, const struct kind *kind, size_t bytes)
{
    struct marker *marker = &heap->marker;
    if (MM_UNLIKELY(kind->unit_refs != 0) && bytes >= kind->fixed_bytes + kind->unit_bytes) {
        marker->stack[marker->depth++] = (uintptr_t)obj;
        marker->stack[marker->depth++] = 0 << 1 | 1;
    }
    marker_push_words(marker, (const mm_ref *)(const void *)obj, kind->refs);
}

static void
marker_mark_large(struct block_heap *heap, char *obj)
{
    struct large *large = block_large_entry(heap, obj);
    mm_assert_slow(large->state == LARGE_USED);
    if (large->mark == heap->mark)
        return;
    large->mark = heap->mark;
    heap->large.marked_pages += large->pages;
    const struct kind *kind = &heap->kinds[large->kind];
    if (kind->refs || kind->unit_refs) {
        large->grey_next = heap->large.grey;
        heap->large.grey = (uint32_t)(large - heap->large.table);
    }
}

MM_INLINE void
marker_visit(struct block_heap *heap, char *obj)
{
    struct marker *marker = &heap->marker;
    size_t offset = block_heap_offset(heap, obj);
    marker->steps++;
    if (MM_UNLIKELY(offset >= heap->cells_bytes)) {
        marker_mark_large(heap, obj);
        return;
    }
    uint8_t mark = heap->mark, *byte = &heap->marks[offset >> GRANULE_SHIFT];
    if (*byte == mark)
        return;
    *byte = mark;
    struct block *block = &heap->blocks[offset >> BLOCK_SHIFT];
    struct kind *kind = &heap->kinds[block->kind];
    kind->marked++;
    if (MM_UNLIKELY(block->touched != mark))
        marker_touch(heap, block, kind);
    if (!(kind->refs | kind->unit_refs))
        return;
    if (MM_UNLIKELY(marker->depth + MARKER_ROOM > marker->capacity) && marker_has_no_room(heap)) {
        marker_note_unscanned(heap, offset >> BLOCK_SHIFT);
        return;
    }
    marker_scan(heap, obj, kind, kind->bytes);
}

static bool
marker_is_marked(const struct block_heap *heap, const void *obj)
{
    size_t offset = block_heap_offset(heap, obj);
    if (MM_LIKELY(offset < heap->cells_bytes))
        return heap->marks[offset >> GRANULE_SHIFT] == heap->mark;
    return block_large_entry(heap, obj)->mark == heap->mark;
}

void
marker_mark(struct block_heap *heap, void *obj)
{
    if (!marker_is_marked(heap, obj))
        marker_visit(heap, obj);
}

void
marker_grey(struct block_heap *heap, void *obj)
{
    struct marker *marker = &heap->marker;
    if (MM_LIKELY(marker->depth + MARKER_ROOM <= marker->capacity))
        marker->stack[marker->depth++] = (uintptr_t)obj;
    else
        marker_visit(heap, obj);
}

/* Goes on with the tail that is on top of the stack. */
static void
marker_resume_tail(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    size_t unit = marker->stack[--marker->depth] >> 1;
    char *obj = (char *)marker->stack[--marker->depth];
    size_t offset = block_heap_offset(heap, obj);
    if (offset < heap->cells_bytes) {
        const struct kind *kind = &heap->kinds[heap->blocks[offset >> BLOCK_SHIFT].kind];
        marker_scan_tail(heap, obj, kind, kind->bytes, unit);
    } else {
        const struct large *large = block_large_entry(heap, obj);
        marker_scan_tail(heap, obj, &heap->kinds[large->kind], large->bytes, unit);
    }
}

/* The next object to look at: it has been in the ring for a while.  NULL: stack and ring are
 * empty. */
MM_INLINE void *
marker_next(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    while (marker->depth) {
        uintptr_t top = marker->stack[marker->depth - 1];
        if (MM_UNLIKELY(top & 1)) {
            marker_resume_tail(heap);
            marker->steps++;
            continue;
        }
        marker->depth--;
        char *incoming = (char *)top;
        MM_PREFETCH(incoming);
        MM_PREFETCH_WRITE((void *)((uintptr_t)heap->marks +
                                   (block_heap_offset(heap, incoming) >> GRANULE_SHIFT)));
        if (marker->ring_fill < MARKER_RING) {
            marker->ring[(marker->ring_head + marker->ring_fill++) % MARKER_RING] = incoming;
            continue;
        }
        void *out = marker->ring[marker->ring_head];
        marker->ring[marker->ring_head] = incoming;
        marker->ring_head = (marker->ring_head + 1) % MARKER_RING;
        return out;
    }
    if (!marker->ring_fill)
        return NULL;
    void *out = marker->ring[marker->ring_head];
    marker->ring_head = (marker->ring_head + 1) % MARKER_RING;
    marker->ring_fill--;
    return out;
}

/* Whether this cell lies in a hole of a mutator: coloured, but never used. */
static bool
marker_is_in_hole(const struct block_heap *heap, size_t kind, const char *cell)
{
    for (const struct mm_mutator *m = heap->world.mutators; m; m = m->following)
        if (kind < m->bumps && cell >= m->bump[kind].next && cell < m->bump[kind].limit)
            return true;
    return false;
}

/* Looks again at the next marked cell of the block that is rescanned.  False: it has no more. */
static bool
marker_rescan_cell(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    size_t number = heap->blocks[marker->rescan_block].kind;
    const struct kind *kind = &heap->kinds[number];
    char *base = block_address(heap, marker->rescan_block);
    while (marker->rescan_cell < kind->cells) {
        char *cell = base + (size_t)kind->bytes * marker->rescan_cell++;
        size_t granule = block_heap_offset(heap, cell) >> GRANULE_SHIFT;
        if (heap->marks[granule] == heap->mark && !marker_is_in_hole(heap, number, cell)) {
            marker_scan(heap, cell, kind, kind->bytes);
            return true;
        }
    }
    marker->rescan_block = BLOCK_NONE;
    return false;
}

static void
marker_rescan_next_block(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    for (uint32_t block = 0; block < heap->blocks_top; block++)
        if (heap->links[block].unscanned) {
            heap->links[block].unscanned = 0;
            marker->unscanned_blocks--;
            marker->rescan_block = block;
            marker->rescan_cell = 0;
            return;
        }
}

/* With stack and ring empty: finds what is grey nevertheless.  False: nothing is. */
static MM_SLOW bool
marker_feed(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    struct large_space *space = &heap->large;
    marker->steps++;
    if (space->grey != LARGE_NONE) {
        struct large *large = &space->table[space->grey];
        char *obj = space->base + (size_t)space->grey * PAGES_BYTES;
        space->grey = large->grey_next;
        large->grey_next = LARGE_NONE;
        marker_scan(heap, obj, &heap->kinds[large->kind], large->bytes);
        return true;
    }
    if (marker->rescan_block == BLOCK_NONE) {
        if (!marker->unscanned_blocks)
            return false;
        marker_rescan_next_block(heap);
    }
    (void)marker_rescan_cell(heap);
    return true;
}

bool
marker_run(struct block_heap *heap, uint64_t steps, uint64_t deadline_ns)
{
    struct marker *marker = &heap->marker;
    uint64_t end = steps > UINT64_MAX - marker->steps ? UINT64_MAX : marker->steps + steps;
    while (marker->steps < end) {
        uint64_t look = marker->steps + MARKER_CLOCK_STEPS;
        for (look = look < end ? look : end; marker->steps < look;) {
            void *obj = marker_next(heap);
            if (MM_LIKELY(obj != NULL))
                marker_visit(heap, obj);
            else if (!marker_feed(heap))
                return true;
        }
        if (deadline_ns && events_clock() >= deadline_ns)
            return false;
    }
    return false;
}
