/* marker.c -- see marker.h. */
#include "parts/marker_trace.h"

#include "parts/assert.h"

enum {
    FIRST_BYTES_MAX = 1 << 20,
    DOUBLED_BYTES_MAX = 1 << 20,          /* longer stacks grow by a half */
    RESCAN_BLOCKS = 256,                  /* looked at for a note in one step */
    MARKER_REACH = 2 * sizeof(mm_ref) - 1 /* of the bytes that are looked at in most objects */
};

void
marker_create(struct block_heap *heap, size_t reserved)
{
    struct marker *marker = &heap->marker;
    size_t first = reserved / 64 & ~(size_t)(PAGES_BYTES - 1);
    first = first < PAGES_BYTES ? PAGES_BYTES : first > FIRST_BYTES_MAX ? FIRST_BYTES_MAX : first;
    *marker = (struct marker){ .rescan_block = BLOCK_NONE, .reserved = reserved };
    struct greys *greys = &marker->greys;
    greys->kinds = heap->kinds;
    greys->stack = pages_reserve(&heap->pages, reserved);
    if (!greys->stack || !block_heap_extend(heap, greys->stack, &marker->committed, first))
        mm_exhausted(reserved, heap->pages.limit);
    /* Its first page is touched here, and not in the first stop, which is shorter than the fault.
     */
    greys->stack[0] = 0;
    greys->capacity = marker->committed / sizeof *greys->stack;
    if (marker->committed > MARKER_STACK_BYTES_MAX)
        greys->capacity = MARKER_STACK_BYTES_MAX / sizeof *greys->stack;
    mm_assert(greys->capacity >= MARKER_ROOM);
    marker->wanted = heap->pages.limit ? reserved / 2 : 0;
}

void
marker_settle(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    size_t most = marker->reserved < MARKER_STACK_BYTES_MAX ? marker->reserved
                                                            : MARKER_STACK_BYTES_MAX;
    bool overflowed = marker->overflows != marker->overflows_settled;
    size_t wanted = overflowed ? 2 * marker->committed : marker->wanted / 4 * 3;
    wanted = wanted > marker->committed ? wanted : marker->committed;
    marker->wanted = wanted < most ? wanted : most;
    marker->overflows_settled = marker->overflows;
}

void
marker_destroy(struct block_heap *heap)
{
    const struct marker *marker = &heap->marker;
    pages_release(&heap->pages, marker->greys.stack, marker->reserved, marker->committed);
}

bool
marker_grow(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    size_t more = marker->committed < DOUBLED_BYTES_MAX ? marker->committed : marker->committed / 2;
    size_t bytes = (marker->committed + more) & ~(size_t)(PAGES_BYTES - 1);
    if (bytes > MARKER_STACK_BYTES_MAX || bytes > marker->reserved)
        return false;
    if (heap->budget_max && MM_LOAD_RELAXED(&heap->pages.held) + more > heap->budget_max)
        return false;
    if (!block_heap_extend(heap, marker->greys.stack, &marker->committed, bytes))
        return false;
    marker->greys.capacity = marker->committed / sizeof *marker->greys.stack;
    return true;
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
marker_touch(struct block_heap *heap, const struct block *block, struct kind *kind)
{
    block_touch(heap, (size_t)(block - heap->blocks), kind);
}

static MM_SLOW void
marker_scan(struct block_heap *heap, struct greys *greys, char *obj, const struct kind *kind,
            size_t bytes)
{
    struct trace trace = trace_open(heap, greys);
    trace_scan(&trace, obj, kind, bytes);
    trace_close(&trace);
}

static void
marker_mark_large(struct block_heap *heap, char *obj)
{
    struct large *large = block_large_entry(heap, obj);
    mm_assert_slow(large->state == LARGE_USED);
    if (MM_LOAD_RELAXED(&large->mark) == heap->mark ||
        MM_SWAP_RELAXED(&large->mark, heap->mark) == heap->mark)
        return;
    (void)MM_ADD_RELAXED(&heap->large.marked_pages, large->pages);
    if (heap->kinds[large->kind].has_refs)
        block_large_push_grey(heap, large);
}

/* The long way through a cell's references: with room made on the stack, or a note that there was
 * none.  Only the marker's own stack can be without. */
static MM_SLOW void
marker_scan_or_note(struct block_heap *heap, struct greys *greys, char *obj,
                    const struct block *block, const struct kind *kind)
{
    while (greys->depth + MARKER_ROOM > greys->capacity) {
        mm_assert_slow(greys == &heap->marker.greys);
        if (!marker_grow(heap)) {
            marker_note_unscanned(heap, (size_t)(block - heap->blocks));
            return;
        }
    }
    marker_scan(heap, greys, obj, kind, kind->bytes);
}

/* Marks an object; false: it was marked.  Of two that mark it at the same time one finds it. */
MM_INLINE bool
trace_mark(const struct trace *trace, uintptr_t address, bool shared)
{
    uint8_t *byte = trace_mark_byte(trace, address);
    if (MM_LOAD_RELAXED(byte) == trace->mark)
        return false;
    if (shared)
        return MM_SWAP_RELAXED(byte, trace->mark) != trace->mark;
    MM_STORE_RELAXED(byte, trace->mark);
    return true;
}

MM_INLINE void
trace_visit(struct trace *trace, char *obj, bool shared)
{
    uintptr_t address = (uintptr_t)obj;
    if (MM_UNLIKELY(address - trace->cells >= trace->cells_bytes)) {
        marker_mark_large(trace->heap, obj);
        return;
    }
    if (!trace_mark(trace, address, shared))
        return;
    struct block *block = trace_block(trace, address);
    struct kind *kind = &trace->kinds[block->kind];
    kind->marked++;
    if (MM_UNLIKELY(MM_LOAD_RELAXED(&block->touched) != trace->mark))
        marker_touch(trace->heap, block, kind);
    if (MM_LIKELY(kind->run && trace->depth <= trace->room)) {
        trace_push_run(trace, (mm_ref *)(void *)obj + kind->run_first, kind->run);
    } else if (kind->has_refs) {
        trace_close(trace);
        marker_scan_or_note(trace->heap, trace->greys, obj, block, kind);
        trace_reopen(trace);
    }
}

static void
marker_visit(struct block_heap *heap, char *obj)
{
    struct trace trace = trace_open(heap, &heap->marker.greys);
    heap->marker.steps++;
    trace_visit(&trace, obj, heap->marker.greys.shared);
    trace_close(&trace);
}

bool
marker_is_marked(const struct block_heap *heap, const void *obj)
{
    return MM_LOAD_RELAXED(block_mark_byte(heap, obj)) == heap->mark;
}

void
marker_prefetch(const struct block_heap *heap, const void *obj)
{
    size_t offset = block_heap_offset(heap, obj);
    if (MM_LIKELY(offset < heap->cells_bytes))
        MM_PREFETCH(&heap->marks[offset >> GRANULE_SHIFT]);
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
    struct greys *greys = &heap->marker.greys;
    if (MM_LIKELY(greys->depth + MARKER_ROOM <= greys->capacity))
        greys->stack[greys->depth++] = (uintptr_t)obj;
    else
        marker_visit(heap, obj);
}

/* Goes on with the tail that is on top of the stack. */
static MM_SLOW void
marker_resume_tail(struct block_heap *heap, struct greys *greys)
{
    struct trace trace = trace_open(heap, greys);
    size_t unit = trace.stack[--trace.depth] >> 1;
    char *obj = (char *)trace.stack[--trace.depth];
    size_t bytes;
    const struct kind *kind = block_heap_kind(heap, obj, &bytes);
    trace_scan_tail(&trace, obj, kind, bytes, unit);
    trace_close(&trace);
}

/* A constant where it is called says whether it is shared: who marks alone pays nothing for that.
 */
MM_INLINE uint64_t
marker_drain(struct block_heap *heap, struct greys *greys, uint64_t steps, bool shared)
{
    struct trace trace = trace_open(heap, greys);
    size_t head = greys->ring_head, fill = greys->ring_fill;
    uint64_t done = 0;
    while (done < steps) {
        char *obj = greys->ring[head];
        if (MM_LIKELY(trace.depth != 0)) {
            uintptr_t incoming = trace.stack[--trace.depth];
            if (MM_UNLIKELY(incoming & 1)) {
                trace.depth++;
                trace_close(&trace);
                marker_resume_tail(heap, greys);
                trace.depth = greys->depth;
                done++;
                continue;
            }
            if (MARKER_PREFETCH) {
                MM_PREFETCH((void *)incoming);
                MM_PREFETCH((void *)(incoming + MARKER_REACH));
                MM_PREFETCH_WRITE(trace_mark_byte(&trace, incoming));
            }
            if (MM_UNLIKELY(fill < MARKER_RING)) {
                greys->ring[(head + fill++) % MARKER_RING] = (void *)incoming;
                continue;
            }
            greys->ring[head] = (void *)incoming;
        } else if (fill) {
            fill--;
        } else {
            break;
        }
        head = (head + 1) % MARKER_RING;
        trace_visit(&trace, obj, shared);
        done++;
    }
    trace_close(&trace);
    greys->ring_head = head;
    greys->ring_fill = fill;
    return done;
}

uint64_t
marker_drain_shared(struct block_heap *heap, struct greys *greys, uint64_t steps)
{
    return marker_drain(heap, greys, steps, true);
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
        if (MM_LOAD_RELAXED(&heap->marks[granule]) == heap->mark &&
            !marker_is_in_hole(heap, number, cell)) {
            marker_scan(heap, &marker->greys, cell, kind, kind->bytes);
            return true;
        }
    }
    marker->rescan_block = BLOCK_NONE;
    return false;
}

/* Goes on looking for a noted block, round and round: notes are made behind the cursor too. */
static void
marker_rescan_next_block(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    for (unsigned i = 0; i < RESCAN_BLOCKS; i++) {
        if (marker->rescan_cursor >= heap->blocks_top)
            marker->rescan_cursor = 0;
        uint32_t block = marker->rescan_cursor++;
        if (heap->links[block].unscanned) {
            heap->links[block].unscanned = 0;
            marker->unscanned_blocks--;
            marker->rescan_block = block;
            marker->rescan_cell = 0;
            return;
        }
    }
}

/* With stack and ring empty: finds what is grey nevertheless.  False: nothing is. */
static MM_SLOW bool
marker_feed(struct block_heap *heap)
{
    struct marker *marker = &heap->marker;
    marker->steps++;
    char *obj = block_large_pop_grey(heap);
    if (obj) {
        size_t bytes;
        const struct kind *kind = block_heap_kind(heap, obj, &bytes);
        marker_scan(heap, &marker->greys, obj, kind, bytes);
        return true;
    }
    if (marker->beside)
        return false;
    if (marker->rescan_block == BLOCK_NONE) {
        if (!marker->unscanned_blocks)
            return false;
        marker_rescan_next_block(heap);
    }
    if (marker->rescan_block != BLOCK_NONE)
        (void)marker_rescan_cell(heap);
    return true;
}

bool
marker_run(struct block_heap *heap, uint64_t steps, uint64_t deadline_ns)
{
    struct marker *marker = &heap->marker;
    struct greys *greys = &marker->greys;
    while (steps) {
        uint64_t portion = steps < MARKER_CLOCK_STEPS ? steps : MARKER_CLOCK_STEPS;
        uint64_t done = greys->shared ? marker_drain_shared(heap, greys, portion)
                                      : marker_drain(heap, greys, portion, false);
        marker->steps += done;
        if (done < portion && !marker_feed(heap))
            return true;
        if (heap->aide.ready)
            aide_exchange(heap);
        done += done < portion;
        steps -= done < steps ? done : steps;
        if (deadline_ns && events_clock() >= deadline_ns)
            return false;
    }
    return false;
}
