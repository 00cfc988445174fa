/* pages.h -- memory from the system, by the range: reserved, committed, returned, and counted.
 *
 * Every own manager takes its memory here, so that one limit bounds all that it holds, one
 * number says how much that is, and a test can let the n-th request fail. */
#ifndef PARTS_PAGES_H
#define PARTS_PAGES_H

#include "mm_heap.h"

enum { PAGES_BYTES = 4096, PAGES_ALIGN = 2 << 20 };

/* The books of one heap's memory.  Atomic: any thread may commit and return. */
struct pages {
    size_t limit;      /* 0: none */
    size_t held, peak; /* bytes committed now, and the most ever */
    uint64_t requests; /* for memory so far */
    uint64_t fail_request;
    bool huge;
};

void pages_init(struct pages *pages, const struct mm_config *config);

/* Address space that nothing may touch yet, aligned to PAGES_ALIGN, with a guard behind it.
 * Not counted.  NULL if the system refuses. */
void *pages_reserve(const struct pages *pages, size_t bytes);

/* Makes a page-aligned part of reserved space usable; it reads as zero.  False, and nothing
 * changed, if the limit or the system forbids it.  An event must be emitted by the caller. */
bool pages_commit(struct pages *pages, void *from, size_t bytes);

/* The same for a part that was committed before: back to the system, no longer usable. */
void pages_return(struct pages *pages, void *from, size_t bytes);

/* Gives reserved space back; `committed` of its bytes are still counted. */
void pages_release(struct pages *pages, void *from, size_t bytes, size_t committed);

/* Makes reserved space usable without counting it: the caller charges what is touched. */
bool pages_open(void *from, size_t bytes);

/* Undoes pages_open. */
void pages_close(void *from, size_t bytes);

/* Brings in all of a usable part, of which at least some is fresh: else each page comes by a fault
 * when it is touched first, which takes several times as long.  But little of a part may ever be
 * touched: one that is more than a small share of what is held is left to the faults.  So it is if
 * the system refuses. */
void pages_touch(const struct pages *pages, void *from, size_t bytes);

/* Gives back the memory of counted pages, which stay usable: count them before the next touch. */
void pages_drop(struct pages *pages, void *from, size_t bytes);

/* Counts bytes that a manager holds by other means, such as its static structures; false if
 * they do not fit the limit. */
bool pages_charge(struct pages *pages, size_t bytes);
void pages_uncharge(struct pages *pages, size_t bytes);

/* Whether the upper half of a limit is in use: memory that is kept for later may be missed. */
MM_INLINE bool
pages_are_short(const struct pages *pages)
{
    return pages->limit && MM_LOAD_RELAXED(&pages->held) > pages->limit / 2;
}

#endif
