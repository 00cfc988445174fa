/* spans.h -- runs of whole 64-KiB units of address space: taken, given back, coalesced, and kept
 * warm for a while.
 *
 * A table beside the units holds one struct span for each, found from an address by a shift and
 * an addition.  A span in use is described by the entry of its first unit, and its memory is in
 * front.  Free spans coalesce whether they have memory or not: each of their entries says what
 * its unit has, and who takes a span commits only what is missing.
 *
 * Invariants (spans_verify):
 *   S1  the units below `top` are tiled by spans, each in use or free, without a gap;
 *   S2  two free spans never touch, and one that touches `top` has memory;
 *   S3  a free span is in the bin of its length, among the warm if it has memory, and its
 *       warm_pages are those of all its units;
 *   S4  warm_bytes is what the free spans have committed;
 *   S5  every entry inside a used span, behind its first, is SPAN_INNER and knows its distance
 *       to it;
 *   S6  owner is null in every entry but the first of a slab;
 *   S7  nothing is in anybody's hand while no thread allocates or frees.
 *
 * Memory is counted by the page and opened, that is made readable and writable, by the unit: a unit
 * is open as a whole if some page of it is committed.  For the system keeps a list of the stretches
 * with equal rights, bounds its length (vm.max_map_count), and would need two for each large object
 * whose last unit is open in part. */
#ifndef PARTS_SPANS_H
#define PARTS_SPANS_H

#include <pthread.h>

#include "parts/events.h"
#include "parts/growing.h"

enum { SPAN_UNIT_SHIFT = 16, SPAN_UNIT_BYTES = 1 << SPAN_UNIT_SHIFT, SPAN_BINS = 64 };
#define SPAN_UNITS_MAX ((uint32_t)1 << 22)
#define SPAN_UNITS_MIN ((uint32_t)1 << 9) /* where address space is scarce (RLIMIT_AS) */

/* SPAN_TAKEN: out of the books and not yet put to use.  SPAN_SPARE: a thread keeps it for its next
 * use, see span_cache.h. */
enum span_kind { SPAN_FREE, SPAN_TAKEN, SPAN_INNER, SPAN_SLAB, SPAN_LARGE, SPAN_SPARE };

struct slab_cache;

struct span {
    void *free;               /* slab: the cells given back, a list through their first words */
    struct slab_cache *owner; /* slab: the only one to touch the entry, but for remote frees */
    struct span *next, *prev; /* in the list that it is in */
    uint32_t countdown;       /* slab: frees until something happens; see slabs.h */
    uint32_t extended;        /* slab: cells made so far, from the front */
    uint32_t units;
    uint32_t offset; /* SPAN_INNER, and the last entry of a free span: units back to the first */
    uint32_t committed_pages; /* of PAGES_BYTES, from the front; a free one's entry: of its unit */
    uint16_t capacity;        /* slab: cells it has room for */
    uint16_t cell_bytes;
    uint8_t kind;
    uint8_t size_class, slab_state;
    uint8_t clean; /* nothing was written there since it came from the system: it reads as zero */
    union {
        uint32_t warm_pages; /* free: committed in all its units */
        uint32_t note;       /* slab: a manager's own, 0 at first; atomic */
    };
};
_Static_assert(sizeof(struct span) == 64, "one cache line, and a shift finds it");

#include "parts/span_list.h"

/* Free spans by length: bin i has those of i units, the last all longer ones. */
struct span_bins {
    uint64_t used; /* bit i: bin i is not empty */
    struct span_list bins[SPAN_BINS];
};

struct spans {
    pthread_mutex_t lock; /* of all that follows but pages and the atomic counts */
    struct pages pages;
    struct events events;
    char *base;
    uintptr_t bias; /* of the table: entry of address a at bias + (a >> 16) * 64 */
    struct growing table;
    uint32_t units_max;          /* that there is address space for */
    uint32_t top;                /* units in use, from the front */
    struct span_bins cold, warm; /* warm: with memory in some unit */
    size_t warm_bytes;
    uint64_t return_ns; /* when the next step of it may be returned */
    /* Who finds nothing may have come while others had something in hand: see spans_settled. */
    uint32_t moving;  /* threads that have; atomic */
    uint64_t changes; /* times that something came back, but from `waiter`; atomic */
    uint32_t waiter;  /* the ordinal of who waits for changes; atomic */
};

MM_INLINE struct span *
spans_entry(uintptr_t bias, const void *address)
{
    return (struct span *)(bias + ((uintptr_t)address >> SPAN_UNIT_SHIFT) * sizeof(struct span));
}

MM_INLINE struct span *
spans_first(const struct spans *spans)
{
    return (struct span *)(void *)spans->table.base;
}

MM_INLINE char *
spans_start(const struct spans *spans, const struct span *span)
{
    return spans->base + (size_t)(span - spans_first(spans)) * SPAN_UNIT_BYTES;
}

/* Any thread may ask it of its own spans' neighbours; only that none becomes free without the
 * lock matters to it. */
MM_INLINE enum span_kind
span_kind(const struct span *span)
{
    return (enum span_kind)MM_LOAD_RELAXED(&span->kind);
}

MM_INLINE size_t
span_committed(const struct span *span)
{
    return (size_t)span->committed_pages * PAGES_BYTES;
}

MM_INLINE uint32_t
spans_pages(size_t bytes)
{
    return (uint32_t)((bytes + PAGES_BYTES - 1) / PAGES_BYTES);
}

MM_INLINE uint32_t
spans_units(size_t bytes)
{
    return (uint32_t)((bytes + SPAN_UNIT_BYTES - 1) / SPAN_UNIT_BYTES);
}

/* Where free spans of so many units are. */
MM_INLINE unsigned
spans_bin(uint32_t units)
{
    return units < SPAN_BINS ? units : SPAN_BINS - 1;
}

/* `pages` is already charged with what the heap holds elsewhere.  False: no address space. */
bool spans_init(struct spans *spans, const struct pages *pages, const struct mm_config *config);
void spans_release(struct spans *spans);

/* A span of `units` units with at least `need` bytes committed, and up to `want` if they may be
 * had; NULL if they may not. */
struct span *spans_take(struct spans *spans, uint32_t units, size_t need, size_t want,
                        uint32_t mutator);

/* Gives a span back.  Its memory stays warm; beyond a bound, half of what is held and at least
 * 32 MiB, it goes back to the system from the end of the longest free span, in steps of 256 KiB
 * that take at most a hundredth of the time. */
void spans_give(struct spans *spans, struct span *span, uint32_t mutator);

/* Commits the first `need` bytes of a span, and up to `want`; false if they may not be had. */
bool spans_commit(struct spans *spans, struct span *span, size_t need, size_t want,
                  uint32_t mutator);

/* Makes a used span fit `bytes` where it stands: shorter, or longer into free units behind it;
 * false if it cannot grow. */
bool spans_resize(struct spans *spans, struct span *span, size_t bytes, uint32_t mutator);

/* Returns at least so many bytes of what is kept warm, or all of it; false if there was nothing. */
bool spans_trim(struct spans *spans, size_t bytes, uint32_t mutator);

/* Returns the memory of a span behind its first `keep` bytes, to whole pages. */
void spans_uncommit(struct spans *spans, struct span *span, size_t keep, uint32_t mutator);

/* Waits until no other thread has memory in hand that it may give back, and says how often some
 * came back, but from the thread `mutator` itself: if that is more than before, try again. */
uint64_t spans_settled(struct spans *spans, uint32_t mutator);

void spans_verify(struct spans *spans);

#endif
