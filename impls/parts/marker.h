/* marker.h -- finds what is reachable: an explicit stack of grey objects behind a prefetch ring.
 *
 * An object is white until its mark byte says otherwise; it is marked when it comes out of the
 * ring, and its references go onto the stack.  The ring is a queue: between the prefetch of an
 * object and the first look at it stand MARKER_RING others, so that misses overlap (Cher, Hosking
 * and Vitek, "Software prefetching for mark-sweep garbage collection", 2004).  Long tails are
 * looked at in pieces: (object, unit) is left on the stack for the rest.
 *
 * The stack need not be deep enough.  An object that finds no room for its references stays
 * marked, its block is noted as unscanned, and when the stack is empty all marked cells of such a
 * block are looked at again.  Each note is of an object marked just then, so marking ends.  Large
 * objects wait in a list through their own table and need no stack.
 *
 * Invariants, whenever no step is running:
 *  1. A marked object's references are marked, or on the stack or in the ring (of an aide, or on
 *     their way from or to it: parts/aide.h), or the object
 *     itself is on the stack with the unit to go on from, or in the list of grey large
 *     objects, or its block is noted as unscanned.
 *  2. No step needs more than MARKER_ROOM words of the stack.
 *
 * Cost: bounded a step: at most MARKER_PIECE or 64 references. */
#ifndef PARTS_MARKER_H
#define PARTS_MARKER_H

#include "parts/block_heap_sizes.h"
#include "parts/marker_ring.h"
#include "mm_heap.h"

struct block_heap;

enum { MARKER_ROOM = 2 + (MARKER_PIECE > 64 ? MARKER_PIECE : 64) };

/* What is grey for one who marks, and what he found. */
struct greys {
    uintptr_t *stack;
    size_t depth, capacity; /* words */
    void *ring[MARKER_RING];
    size_t ring_head, ring_fill;
    struct kind *kinds; /* where it counts what it found */
    bool shared;        /* another marks at the same time: parts/aide.h */
};

struct marker {
    struct greys greys;
    size_t committed, reserved; /* bytes of the stack */
    size_t wanted;             /* bytes that are kept from cells for it, those committed included */
    uint64_t steps;            /* of this cycle: objects and pieces looked at */
    uint32_t unscanned_blocks; /* noted */
    uint32_t rescan_block, rescan_cell; /* looked at again; BLOCK_NONE */
    uint32_t rescan_cursor;             /* where the next noted block is looked for */
    bool beside;                        /* mutators run: blocks noted as unscanned must wait */
    uint64_t overflows;                 /* notes, ever */
    uint64_t overflows_settled;         /* of these, before the running cycle */
};

void marker_create(struct block_heap *heap, size_t reserved);
void marker_destroy(struct block_heap *heap);

/* After a cycle: decides how much is kept from cells for the stack of the next.  Before the first
 * that is a sixteenth of the limit; then less from cycle to cycle as long as it is enough, for the
 * first ones may find a graph that is not whole yet; and twice what was not enough. */
void marker_settle(struct block_heap *heap);

/* Makes the stack longer, within the limit.  False leaves it as it was. */
MM_SLOW bool marker_grow(struct block_heap *heap);

/* Marks up to so many objects and pieces of what is grey in `greys`, beside another who does; says
 * how many.  Fewer: stack and ring are empty. */
uint64_t marker_drain_shared(struct block_heap *heap, struct greys *greys, uint64_t steps);

/* Greys what a root refers to. */
void marker_grey(struct block_heap *heap, void *obj);

/* Marks one object at once, and greys what it refers to. */
void marker_mark(struct block_heap *heap, void *obj);

/* Whether an object is marked already; and a hint that this will be asked soon. */
bool marker_is_marked(const struct block_heap *heap, const void *obj);
void marker_prefetch(const struct block_heap *heap, const void *obj);

/* Marks until nothing is grey that may be looked at now (true), or for so many steps, or until the
 * deadline (0: none). */
bool marker_run(struct block_heap *heap, uint64_t steps, uint64_t deadline_ns);

#endif
