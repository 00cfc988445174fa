/* deferred_release.c -- counting references down, in portions: what was overwritten, what roots
 * referred to a round ago, and what the dead referred to.
 *
 * What is owed is a stack of words.  An object whose count falls to 0 is dead: its references go
 * onto the stack, and its cell is free at once (but a long tail is looked at in pieces first); a
 * structure of any shape dies without recursion (Weizenbaum 1963), and whenever a portion is over.
 * Between the pop of a word and the look at its count stand MARKER_RING others, as in the marker.
 *
 * When the stack finds no more room, references of the dead are forgotten: what they referred to
 * keeps a count too much, until everything is counted again.
 *
 * Cost: a step for each reference; no memory but the stack. */
#include "deferred.h"
#include "parts/assert.h"
#include "parts/debug_fill.h"
#include "parts/marker_trace.h"

/* -- Words ---------------------------------------------------------------------------- */

enum { WORDS_FIRST = 16 * PAGES_BYTES };

void
deferred_words_create(struct mm_heap *heap, struct deferred_words *words, size_t reserved)
{
    words->reserved = (reserved + 2 * PAGES_BYTES) & ~(size_t)(PAGES_BYTES - 1);
    words->words = pages_reserve(&heap->blocks.pages, words->reserved);
    if (!words->words)
        mm_exhausted(words->reserved, heap->blocks.pages.limit);
}

void
deferred_words_destroy(struct mm_heap *heap, struct deferred_words *words)
{
    pages_release(&heap->blocks.pages, words->words, words->reserved, words->committed);
}

void
deferred_words_shrink(struct mm_heap *heap, struct deferred_words *words)
{
    size_t kept = words->used * sizeof *words->words > WORDS_FIRST ? words->committed : WORDS_FIRST;
    if (words->committed <= kept)
        return;
    pages_return(&heap->blocks.pages, (char *)words->words + kept, words->committed - kept);
    words->committed = kept;
}

/* Makes room for so many words more; by half as much again, if it can be had. */
static MM_SLOW bool
deferred_words_grow(struct mm_heap *heap, struct deferred_words *words, size_t more)
{
    size_t least = (words->used + more) * sizeof *words->words;
    size_t bytes = words->committed + words->committed / 2;
    bytes = bytes > least ? bytes : least;
    bytes = bytes < words->reserved ? bytes : words->reserved;
    if (bytes >= least &&
        (block_heap_extend(&heap->blocks, words->words, &words->committed, bytes) ||
         block_heap_extend(&heap->blocks, words->words, &words->committed, least)))
        return true;
    heap->imprecise = true;
    return false;
}

static size_t
deferred_words_capacity(const struct deferred_words *words)
{
    return words->committed / sizeof *words->words;
}

bool
deferred_words_push(struct mm_heap *heap, struct deferred_words *words, uintptr_t word)
{
    if (MM_UNLIKELY(words->used == deferred_words_capacity(words)) &&
        !deferred_words_grow(heap, words, 1))
        return false;
    words->words[words->used++] = word;
    return true;
}

/* -- The dead -------------------------------------------------------------------------- */

struct releasing {
    struct trace trace; /* its stack is heap->owed */
    struct mm_heap *heap;
    uintptr_t counts; /* where the entry of address 0 would be */
    uint64_t freed;   /* bytes */
};

/* So that no portion ends without room for what is in the ring, and no object without room for its
 * references. */
enum { RELEASE_ROOM = MARKER_ROOM + MARKER_RING };

static void
deferred_release_size(struct releasing *releasing)
{
    size_t capacity = deferred_words_capacity(&releasing->heap->owed);
    releasing->trace.room = capacity > RELEASE_ROOM ? capacity - RELEASE_ROOM : 0;
}

/* Room for the references of one object, and the ring. */
static MM_SLOW bool
deferred_release_grow(struct releasing *releasing)
{
    struct deferred_words *owed = &releasing->heap->owed;
    owed->used = releasing->trace.depth;
    bool done = deferred_words_grow(releasing->heap, owed, RELEASE_ROOM + 1);
    deferred_release_size(releasing);
    return done;
}

MM_INLINE bool
deferred_release_has_room(struct releasing *releasing)
{
    return MM_LIKELY(releasing->trace.depth < releasing->trace.room) ||
           deferred_release_grow(releasing);
}

MM_INLINE void
deferred_release_cell(struct releasing *releasing, char *obj, struct block *block,
                      struct kind *kind)
{
    struct block_heap *blocks = releasing->trace.heap;
    uint32_t number = (uint32_t)(block - blocks->blocks);
    MM_STORE_RELAXED(trace_mark_byte(&releasing->trace, (uintptr_t)obj), 0);
    debug_fill(obj, DEBUG_FILL_DEAD, kind->bytes);
    kind->marked--;
    releasing->freed += kind->bytes;
    if (!--blocks->links[number].counted || block->swept == blocks->live)
        block_holes_died(blocks, number);
}

static void
deferred_release_memory(struct releasing *releasing, char *obj)
{
    struct block_heap *blocks = releasing->trace.heap;
    if ((uintptr_t)obj - releasing->trace.cells >= releasing->trace.cells_bytes) {
        struct large *large = block_large_entry(blocks, obj);
        releasing->freed += (uint64_t)large->pages * PAGES_BYTES;
        block_large_drop(blocks, large);
        return;
    }
    struct block *block = trace_block(&releasing->trace, (uintptr_t)obj);
    deferred_release_cell(releasing, obj, block, &releasing->trace.kinds[block->kind]);
}

/* A dead object of any kind: its memory is free now, or when all of its tail was looked at. */
static MM_SLOW void
deferred_release_object(struct releasing *releasing, char *obj)
{
    size_t bytes;
    const struct kind *kind = block_heap_kind(releasing->trace.heap, obj, &bytes);
    bool tail = false;
    if (kind->has_refs && deferred_release_has_room(releasing)) {
        trace_scan(&releasing->trace, obj, kind, bytes);
        tail = kind->unit_refs && bytes >= kind->fixed_bytes + kind->unit_bytes;
    }
    if (!tail)
        deferred_release_memory(releasing, obj);
}

static MM_SLOW void
deferred_release_large(struct releasing *releasing, char *obj)
{
    struct large *large = block_large_entry(releasing->trace.heap, obj);
    unsigned count = large->count;
    if (count == LARGE_COUNT_STUCK)
        return;
    mm_assert(count > 0);
    large->count = (count - 1) & LARGE_COUNT_STUCK;
    if (count == 1)
        deferred_release_object(releasing, obj);
}

MM_INLINE void
deferred_release_reference(struct releasing *releasing, char *obj)
{
    struct trace *trace = &releasing->trace;
    uintptr_t address = (uintptr_t)obj;
    if (MM_UNLIKELY(address - trace->cells >= trace->cells_bytes)) {
        deferred_release_large(releasing, obj);
        return;
    }
    uint8_t *count = (uint8_t *)(releasing->counts + (address >> GRANULE_SHIFT));
    unsigned before = *count;
    if (MM_UNLIKELY(before == COUNT_STUCK))
        return;
    mm_assert(before > 0);
    *count = (uint8_t)(before - 1);
    if (before > 1)
        return;
    struct block *block = trace_block(trace, address);
    struct kind *kind = &trace->kinds[block->kind];
    if (MM_LIKELY(kind->run && trace->depth < trace->room)) {
        trace_push_run(trace, (mm_ref *)(void *)obj + kind->run_first, kind->run);
        deferred_release_cell(releasing, obj, block, kind);
    } else {
        deferred_release_object(releasing, obj);
    }
}

/* Goes on with the tail that is on top of the stack. */
static MM_SLOW void
deferred_release_tail(struct releasing *releasing)
{
    struct trace *trace = &releasing->trace;
    bool room = deferred_release_has_room(releasing);
    size_t unit = trace->stack[--trace->depth] >> 1, bytes;
    char *obj = (char *)trace->stack[--trace->depth];
    const struct kind *kind = block_heap_kind(trace->heap, obj, &bytes);
    if (room)
        trace_scan_tail(trace, obj, kind, bytes, unit);
    if (!room || trace_tail_end(kind, bytes, unit) == trace_tail_units(kind, bytes))
        deferred_release_memory(releasing, obj);
}

/* Up to so many words of what is owed; says how many.  Fewer: nothing is left. */
static uint64_t
deferred_release_some(struct releasing *releasing, uint64_t steps)
{
    struct trace *trace = &releasing->trace;
    void *ring[MARKER_RING];
    size_t head = 0, fill = 0;
    uint64_t done = 0;
    while (done < steps) {
        char *obj = fill ? ring[head] : NULL;
        if (MM_LIKELY(trace->depth != 0)) {
            uintptr_t incoming = trace->stack[trace->depth - 1];
            if (MM_UNLIKELY(incoming & 1)) {
                deferred_release_tail(releasing);
                done++;
                continue;
            }
            trace->depth--;
            MM_PREFETCH((void *)incoming);
            MM_PREFETCH_WRITE((void *)(releasing->counts + (incoming >> GRANULE_SHIFT)));
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
        deferred_release_reference(releasing, obj);
        done++;
    }
    for (; fill; fill--, head = (head + 1) % MARKER_RING)
        trace->stack[trace->depth++] = (uintptr_t)ring[head];
    return done;
}

uint64_t
deferred_release(struct mm_heap *heap, uint64_t steps, uint64_t enough)
{
    enum { PORTION = 1024 };
    struct block_heap *blocks = &heap->blocks;
    struct releasing releasing = {
        .trace = trace_open(blocks, &blocks->marker.greys),
        .heap = heap,
        .counts = (uintptr_t)blocks->counts - ((uintptr_t)blocks->cells >> GRANULE_SHIFT),
    };
    releasing.trace.stack = heap->owed.words;
    releasing.trace.depth = heap->owed.used;
    deferred_release_size(&releasing);
    while (steps && releasing.freed < enough) {
        uint64_t portion = steps < PORTION ? steps : PORTION;
        steps -= portion;
        if (deferred_release_some(&releasing, portion) < portion)
            break;
    }
    heap->owed.used = releasing.trace.depth;
    return releasing.freed;
}
