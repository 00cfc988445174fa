/* deferred_count.c -- counting references up: of survivors when a round ends, of everything when
 * nothing else helps.
 *
 * A reference that is counted makes a new object a survivor: it is marked, and its own references
 * are counted in turn.  So it is the marker's work (parts/marker.h) with a count for each reference
 * instead of a look at each mark byte, and its stack and ring are used the same way; after
 * everything was forgotten the same code counts the whole heap.
 *
 * An object that finds no room for its references on the stack gets MARK_LOGGED, and its block is
 * noted; when the stack is empty its references are looked at, once.  The log was replayed before,
 * so the bit means nothing else then.
 *
 * Cost: a step for each reference counted; one more for 64 of a tail. */
#include "deferred.h"
#include "parts/assert.h"
#include "parts/marker_trace.h"

struct counting {
    struct trace trace;
    uintptr_t counts; /* where the entry of address 0 would be */
};

MM_INLINE struct counting
deferred_open(struct mm_heap *heap)
{
    const struct block_heap *blocks = &heap->blocks;
    return (struct counting){
        .trace = trace_open(&heap->blocks, &heap->blocks.marker.greys),
        .counts = (uintptr_t)blocks->counts - ((uintptr_t)blocks->cells >> GRANULE_SHIFT),
    };
}

static MM_SLOW void
deferred_scan(struct block_heap *blocks, char *obj, const struct kind *kind, size_t bytes)
{
    struct trace trace = trace_open(blocks, &blocks->marker.greys);
    trace_scan(&trace, obj, kind, bytes);
    trace_close(&trace);
}

static MM_SLOW void
deferred_scan_or_note(struct block_heap *blocks, char *obj, const struct kind *kind)
{
    struct marker *marker = &blocks->marker;
    size_t offset = block_heap_offset(blocks, obj);
    while (marker->greys.depth + MARKER_ROOM > marker->greys.capacity)
        if (!marker_grow(blocks)) {
            struct block_link *link = &blocks->links[offset >> BLOCK_SHIFT];
            blocks->marks[offset >> GRANULE_SHIFT] |= MARK_LOGGED;
            marker->unscanned_blocks += !link->unscanned;
            link->unscanned = 1;
            return;
        }
    deferred_scan(blocks, obj, kind, kind->bytes);
}

static MM_SLOW void
deferred_count_large(struct block_heap *blocks, char *obj)
{
    struct large *large = block_large_entry(blocks, obj);
    mm_assert_slow(large->state == LARGE_USED);
    unsigned count = large->count;
    large->count = (count + (count != LARGE_COUNT_STUCK)) & LARGE_COUNT_STUCK;
    if (count)
        return;
    MM_STORE_RELAXED(&large->mark, blocks->mark);
    blocks->large.marked_pages += large->pages;
    if (blocks->kinds[large->kind].has_refs)
        block_large_push_grey(blocks, large);
}

MM_INLINE void
deferred_visit(struct counting *counting, char *obj)
{
    struct trace *trace = &counting->trace;
    uintptr_t address = (uintptr_t)obj;
    if (MM_UNLIKELY(address - trace->cells >= trace->cells_bytes)) {
        deferred_count_large(trace->heap, obj);
        return;
    }
    uint8_t *count = (uint8_t *)(counting->counts + (address >> GRANULE_SHIFT));
    unsigned before = *count;
    *count = (uint8_t)(before + (before != COUNT_STUCK));
    if (before)
        return;
    MM_STORE_RELAXED(trace_mark_byte(trace, address), trace->mark);
    struct block *block = trace_block(trace, address);
    struct kind *kind = &trace->kinds[block->kind];
    size_t number = (size_t)(block - trace->heap->blocks);
    kind->marked++;
    trace->heap->links[number].counted++;
    if (MM_UNLIKELY(block->touched != trace->mark))
        block_touch(trace->heap, number, kind);
    if (MM_LIKELY(kind->run && trace->depth <= trace->room)) {
        trace_push_run(trace, (mm_ref *)(void *)obj + kind->run_first, kind->run);
    } else if (kind->has_refs) {
        trace_close(trace);
        deferred_scan_or_note(trace->heap, obj, kind);
        trace_reopen(trace);
    }
}

/* Goes on with the tail that is on top of the stack. */
static MM_SLOW void
deferred_resume_tail(struct block_heap *blocks)
{
    struct trace trace = trace_open(blocks, &blocks->marker.greys);
    size_t unit = trace.stack[--trace.depth] >> 1;
    char *obj = (char *)trace.stack[--trace.depth];
    size_t bytes;
    const struct kind *kind = block_heap_kind(blocks, obj, &bytes);
    trace_scan_tail(&trace, obj, kind, bytes, unit);
    trace_close(&trace);
}

/* Until stack and ring are empty. */
static void
deferred_drain(struct mm_heap *heap)
{
    struct marker *marker = &heap->blocks.marker;
    struct counting counting = deferred_open(heap);
    struct trace *trace = &counting.trace;
    void *ring[MARKER_RING];
    size_t head = 0, fill = 0;
    for (;;) {
        char *obj = fill ? ring[head] : NULL;
        if (MM_LIKELY(trace->depth != 0)) {
            uintptr_t incoming = trace->stack[--trace->depth];
            if (MM_UNLIKELY(incoming & 1)) {
                trace->depth++;
                trace_close(trace);
                deferred_resume_tail(&heap->blocks);
                trace->depth = marker->greys.depth;
                marker->steps++;
                continue;
            }
            MM_PREFETCH((void *)incoming);
            MM_PREFETCH_WRITE((void *)(counting.counts + (incoming >> GRANULE_SHIFT)));
            MM_PREFETCH_WRITE(trace_mark_byte(trace, incoming));
            if (MM_UNLIKELY(fill < MARKER_RING)) {
                ring[(head + fill++) % MARKER_RING] = (void *)incoming;
                continue;
            }
            ring[head] = (void *)incoming;
        } else if (fill) {
            fill--;
        } else {
            break;
        }
        head = (head + 1) % MARKER_RING;
        deferred_visit(&counting, obj);
        marker->steps++;
    }
    trace_close(trace);
}

/* Looks at the references of the cells of a block that found no room for them before. */
static void
deferred_rescan(struct mm_heap *heap, size_t block)
{
    struct block_heap *blocks = &heap->blocks;
    const struct kind *kind = &blocks->kinds[blocks->blocks[block].kind];
    for (size_t i = 0; i < kind->cells; i++) {
        char *cell = block_address(blocks, block) + i * kind->bytes;
        uint8_t *byte = &blocks->marks[block_heap_offset(blocks, cell) >> GRANULE_SHIFT];
        if (*byte != (blocks->mark | MARK_LOGGED))
            continue;
        *byte = blocks->mark;
        deferred_scan(blocks, cell, kind, kind->bytes);
        deferred_drain(heap);
    }
}

static MM_SLOW void
deferred_rescan_all(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    while (blocks->marker.unscanned_blocks)
        for (size_t block = 0; block < blocks->blocks_top; block++)
            if (blocks->links[block].unscanned) {
                blocks->links[block].unscanned = 0;
                blocks->marker.unscanned_blocks--;
                blocks->marker.overflows++;
                deferred_rescan(heap, block);
            }
}

void
deferred_count_all(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    deferred_drain(heap);
    while (blocks->large.grey != LARGE_NONE || blocks->marker.unscanned_blocks) {
        for (char *obj; (obj = block_large_pop_grey(blocks));) {
            size_t bytes;
            const struct kind *kind = block_heap_kind(blocks, obj, &bytes);
            deferred_scan(blocks, obj, kind, bytes);
            deferred_drain(heap);
        }
        deferred_rescan_all(heap);
    }
}

static void
deferred_make_room(struct mm_heap *heap)
{
    const struct greys *greys = &heap->blocks.marker.greys;
    if (MM_UNLIKELY(greys->depth + MARKER_ROOM > greys->capacity))
        deferred_drain(heap);
}

void
deferred_count(struct mm_heap *heap, void *obj)
{
    struct greys *greys = &heap->blocks.marker.greys;
    deferred_make_room(heap);
    greys->stack[greys->depth++] = (uintptr_t)obj;
}

void
deferred_count_fields(struct mm_heap *heap, void *obj)
{
    size_t bytes;
    const struct kind *kind = block_heap_kind(&heap->blocks, obj, &bytes);
    deferred_make_room(heap);
    deferred_scan(&heap->blocks, obj, kind, bytes);
}
