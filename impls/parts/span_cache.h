/* span_cache.h -- the few free spans that a thread keeps for itself: what was given last is taken
 * first, without a lock, and its memory is near.
 *
 * A slab that empties and one that begins are mostly of the same size, and so are large objects
 * that come and go.  What is kept so is lost to other threads and to longer spans, so it is little:
 * short spans only, a small share of what is held, and nothing where a limit is near.
 *
 * Invariants (slabs_verify):
 *   P1  a span in a cache is SPAN_SPARE, and no other span is;
 *   P2  `units` is the sum of theirs;
 *   P3  an orphan keeps none.
 *
 * Cost: a walk over at most SPAN_CACHE_MAX entries. */
#ifndef PARTS_SPAN_CACHE_H
#define PARTS_SPAN_CACHE_H

#include "parts/spans.h"

enum {
    SPAN_CACHE_MAX = 16,       /* spans */
    SPAN_CACHE_UNITS_EACH = 4, /* of a span: the longest slab's */
    SPAN_CACHE_UNITS = 16,     /* of all of them, and at most */
    SPAN_CACHE_SHARE = 32,     /* this part of what is held */
};

struct span_cache {
    struct span *spans[SPAN_CACHE_MAX]; /* the last is the newest */
    uint32_t count, units;
};

/* Keeps a span in hand or in use, whose owner is NULL already; false: give it back. */
bool span_cache_keep(struct span_cache *cache, const struct spans *spans, struct span *span);

/* A span in hand of exactly `units` units with at least `need` bytes committed, or NULL. */
struct span *span_cache_take(struct span_cache *cache, uint32_t units, size_t need);

/* Gives all of them back. */
void span_cache_empty(struct span_cache *cache, struct spans *spans, uint32_t mutator);

#endif
