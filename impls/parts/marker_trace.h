/* marker_trace.h -- the inner half of whatever follows references through the block heap: the stack
 * of a run in registers, and how an object's references get onto it.
 *
 * Shared by the marker and by who counts references. */
#ifndef PARTS_MARKER_TRACE_H
#define PARTS_MARKER_TRACE_H

#include "parts/block_heap_books.h"

/* What a run keeps in registers: the compiler may not, as long as a store of a mark byte could
 * change the books.  What is not inlined knows only the books: see trace_close. */
struct trace {
    struct block_heap *heap;
    struct greys *greys;
    uintptr_t *stack;
    size_t depth, room; /* up to a depth of `room` there are MARKER_ROOM words */
    uintptr_t cells;
    size_t cells_bytes;
    uintptr_t marks, blocks; /* where the entries of address 0 would be */
    struct kind *kinds;
    uint8_t mark;
};

MM_INLINE struct trace
trace_open(struct block_heap *heap, struct greys *greys)
{
    return (struct trace){
        .heap = heap,
        .greys = greys,
        .stack = greys->stack,
        .depth = greys->depth,
        .room = greys->capacity - MARKER_ROOM,
        .cells = (uintptr_t)heap->cells,
        .cells_bytes = heap->cells_bytes,
        .marks = (uintptr_t)heap->marks - ((uintptr_t)heap->cells >> GRANULE_SHIFT),
        .blocks = (uintptr_t)heap->blocks -
                  ((uintptr_t)heap->cells >> BLOCK_SHIFT) * sizeof(struct block),
        .kinds = greys->kinds,
        .mark = heap->mark,
    };
}

/* One shift and one access: that is why address 0 is where the tables begin. */
MM_INLINE uint8_t *
trace_mark_byte(const struct trace *trace, uintptr_t obj)
{
    return (uint8_t *)(trace->marks + (obj >> GRANULE_SHIFT));
}

MM_INLINE struct block *
trace_block(const struct trace *trace, uintptr_t obj)
{
    return (struct block *)(trace->blocks + (obj >> BLOCK_SHIFT) * sizeof(struct block));
}

/* Writes back what the books say of the stack. */
MM_INLINE void
trace_close(const struct trace *trace)
{
    trace->greys->depth = trace->depth;
}

/* The books again, after a call that knows only them. */
MM_INLINE void
trace_reopen(struct trace *trace)
{
    trace->depth = trace->greys->depth;
    trace->room = trace->greys->capacity - MARKER_ROOM;
}

/* Without a branch on what is null: in most graphs nobody can predict it. */
MM_INLINE void
trace_push(struct trace *trace, const mm_ref *place)
{
    void *child = MM_LOAD_ACQUIRE(&place->ptr_);
    trace->stack[trace->depth] = (uintptr_t)child;
    trace->depth += child != NULL;
}

MM_INLINE void
trace_push_run(struct trace *trace, const mm_ref *places, size_t count)
{
    const mm_ref *end = places + count;
    for (; end - places >= 2; places += 2) {
        trace_push(trace, places);
        trace_push(trace, places + 1);
    }
    if (places != end)
        trace_push(trace, places);
}

MM_INLINE void
trace_push_words(struct trace *trace, const mm_ref *words, uint64_t refs)
{
    for (; refs; refs &= refs - 1)
        trace_push(trace, &words[__builtin_ctzll(refs)]);
}

/* Units of the tail of an object that has one with references. */
MM_INLINE size_t
trace_tail_units(const struct kind *kind, size_t bytes)
{
    return (bytes - kind->fixed_bytes) / kind->unit_bytes;
}

/* The end of the piece of a tail that begins at this unit. */
MM_INLINE size_t
trace_tail_end(const struct kind *kind, size_t bytes, size_t unit)
{
    size_t piece = MARKER_PIECE / (size_t)__builtin_popcountll(kind->unit_refs);
    size_t end = unit + (piece ? piece : 1), units = trace_tail_units(kind, bytes);
    return end < units ? end : units;
}

/* Looks at a piece of a tail from this unit on; the rest is left on the stack. */
MM_INLINE void
trace_scan_tail(struct trace *trace, char *obj, const struct kind *kind, size_t bytes, size_t unit)
{
    size_t end = trace_tail_end(kind, bytes, unit);
    if (end < trace_tail_units(kind, bytes)) {
        trace->stack[trace->depth++] = (uintptr_t)obj;
        trace->stack[trace->depth++] = end << 1 | 1;
    }
    const char *at = obj + kind->fixed_bytes + unit * kind->unit_bytes;
    if (kind->unit_bytes == sizeof(mm_ref)) {
        trace_push_run(trace, (const mm_ref *)(const void *)at, end - unit);
        return;
    }
    for (; unit < end; unit++, at += kind->unit_bytes)
        trace_push_words(trace, (const mm_ref *)(const void *)at, kind->unit_refs);
}

/* The references of an object that is marked, for which there is room. */
MM_INLINE void
trace_scan(struct trace *trace, char *obj, const struct kind *kind, size_t bytes)
{
    if (MM_UNLIKELY(kind->unit_refs != 0) && bytes >= kind->fixed_bytes + kind->unit_bytes) {
        trace->stack[trace->depth++] = (uintptr_t)obj;
        trace->stack[trace->depth++] = 0 << 1 | 1;
    }
    trace_push_words(trace, (const mm_ref *)(const void *)obj, kind->refs);
}

#endif
