/* slabs.h -- free lists by size class: cells without a header, in slabs of one class, and large
 * objects in spans of their own.
 *
 * A slab is a span of one unit (cells up to SIZE_SMALL_MAX) or four.  It belongs to one slab_cache,
 * that is to one thread at a time.  The cache takes a slab's whole list of free cells at once and
 * gives them out; cells freed meanwhile gather in the slab.  Whoever frees a cell of another's
 * slab puts it into a parcel, which is pushed as a whole on that cache's remote list, which its
 * owner takes whole (an exchange, so there is no ABA), into its inbox, and sorts in portions.  This
 * is the structure of Leijen, Zorn and de Moura 2019 ("Mimalloc: Free List Sharding in Action"),
 * with the remote list moved from the page to its owner, so that a full slab is in no list at all,
 * and the entry fits a cache line.
 *
 * Caches outlive threads: a cache whose thread left is an orphan, with slabs, lists and all,
 * until a new thread takes it over, or one that needs memory takes slabs from it.  A manager that
 * can have all threads stand still may take slabs over from theirs too.
 *
 * Invariants (slabs_verify):
 *   C1  a cell is in one place: with the program, in a slab's list, in its cache's list of the
 *       class, in a parcel, in a remote list, or in an inbox;
 *   C2  extended = cells in the slab's list + used, where used counts all other places of C1;
 *   C3  countdown = used in a current or partial slab, and in a full one what slabs_patience says
 *       less its free cells, so that the one decrement that a free makes anyway meets zero when
 *       there is something to do;
 *   C4  a partial slab is in its owner's list of the class, a current one is its owner's current
 *       one, a full one is in no list and has no unmade cell;
 *   C5  cells are made from the front, a page's worth at a time, within what is committed;
 *   C6  an orphan has no current slab and no list of its own, and no spare spans. */
#ifndef PARTS_SLABS_H
#define PARTS_SLABS_H

#include "parts/books.h"
#include "parts/size_classes.h"
#include "parts/span_cache.h"

/* A free cell: its first word leads to the next. */
struct slab_cell {
    void *next;
} MM_MAY_ALIAS;

enum {
    SLAB_NEXT_BYTES = 512,  /* larger cells are popped next after they are freed */
    SLAB_AHEAD_BYTES = 1024 /* behind a cell, see slabs_expect */
};

enum slab_state { SLAB_PARTIAL, SLAB_CURRENT, SLAB_FULL };

struct slab_bin {
    struct span *current;     /* the slab whose cells the cache gives out */
    struct span_list partial; /* others with cells to give */
    uint32_t slabs;           /* of this class, in any state */
};

/* Cells of one owner that another thread freed and has not sent yet. */
struct slab_parcel {
    struct slab_cache *owner;
    void *first, *last; /* a list */
    size_t bytes;
};

/* All the cells of a heap. */
struct slabs {
    struct spans spans;
    struct slab_cache *caches; /* every one there ever was, through `all` */
    /* Those without a thread, through `orphan`; who looks for cells in one keeps the lock. */
    struct slab_cache *orphans;
    /* In this order, and before the lock of the spans: who tries for the last time; orphans. */
    pthread_mutex_t insist_lock, orphans_lock;
    struct books books;
    uint32_t mutators;
};

/* One thread's hold on them; the first part of a manager's mutator. */
struct slab_cache {
    void *free[SIZE_CLASSES]; /* cells to give out */
    uintptr_t bias;           /* see spans_entry */
    struct slabs *slabs;
    uint32_t ordinal;
    struct slab_bin bins[SIZE_CLASSES];
    struct span_cache spares; /* spans to be used next */
    void *inbox;              /* cells freed by others, not sorted yet */
    struct slab_parcel parcel;
    struct slab_cache *all, *orphan;
    bool is_orphan;            /* with their lock */
    _Alignas(64) void *remote; /* the only field that other threads write */
};

/* A manager's heap of heap_bytes, whose first member is the struct slabs that is returned, and
 * whose other bytes are zero.  NULL: not enough memory. */
struct slabs *slabs_create(const struct mm_config *config, size_t heap_bytes);
void slabs_destroy(struct slabs *slabs);

/* The cache of a thread that attaches, cache_bytes large; what is behind the struct is zero if
 * it is new.  NULL: not enough memory. */
struct slab_cache *slabs_attach(struct slabs *slabs, size_t cache_bytes);
void slabs_detach(struct slab_cache *cache);

/* Around a fork: the child finds the books whole.  What other threads had in hand is lost there. */
void slabs_before_fork(struct slabs *slabs);
void slabs_after_fork(struct slabs *slabs, bool child);

/* Slow halves of slabs_pop: a cell that needs no more memory, or one that may; NULL: none. */
MM_NOINLINE void *slabs_take(struct slab_cache *cache, unsigned class_index);
MM_NOINLINE void *slabs_grow(struct slab_cache *cache, unsigned class_index);

/* All that can be done for a cell of a class, or for an object above SIZE_CLASS_MAX: with what
 * there is, then after slabs_spare, then by slabs_insist.  NULL: there is no memory. */
MM_NOINLINE void *slabs_refill(struct slab_cache *cache, unsigned class_index);
MM_NOINLINE void *slabs_refill_large(struct slab_cache *cache, size_t bytes);

/* Puts the cells of a class that are ready to be popped back into their slab. */
void slabs_put_back(struct slab_cache *cache, unsigned class_index);

/* Returns at least so many bytes of warm spans, or all there are; false if there are none. */
MM_SLOW bool slabs_spare(struct slab_cache *cache, size_t bytes);

/* Takes back all that can be: unsorted cells, empty slabs, orphans' slabs, warm spans. */
MM_SLOW void slabs_relieve(struct slab_cache *cache);

/* While all other threads stand still, after slabs_relieve of each cache: takes slabs of the class
 * that have cells to give over from the others, half of what each has.  A cell of one; NULL. */
MM_SLOW void *slabs_take_from_others(struct slab_cache *cache, unsigned class_index);

/* The last try, for a cell, or a large object, of so many bytes: takes back all that can be, and
 * waits for what other threads have in hand; NULL: there is no memory. */
MM_SLOW void *slabs_insist(struct slab_cache *cache, size_t bytes);

/* A span for the thread, from its spare ones or as spans_take has it; and back. */
struct span *slabs_take_span(struct slab_cache *cache, uint32_t units, size_t need, size_t want);
void slabs_give_span(struct slab_cache *cache, struct span *span);

/* Room for an object above SIZE_CLASS_MAX; aligned to a unit. */
MM_NOINLINE void *slabs_take_large(struct slab_cache *cache, size_t bytes);

/* How far behind the start of so much room an object of `bytes` had best begin: a multiple of 64,
 * within what the last page has left. */
size_t slabs_lead(const void *start, size_t bytes);

/* Of an object that begins in the first unit of its room. */
MM_NOINLINE void slabs_free_large(struct slab_cache *cache, void *obj);
MM_NOINLINE bool slabs_resize_large(struct slab_cache *cache, void *obj, size_t bytes);

/* How many cells of a full slab are freed before it is looked for in its list: one by one they
 * would be fetched one by one too.  At most a thirty-second of the slab lies idle so. */
MM_INLINE uint32_t
slabs_patience(const struct span *slab)
{
    uint32_t cells = slab->capacity / 32u;
    return cells < 1 ? 1 : cells > 16 ? 16 : cells;
}

/* Slow halves of slabs_push. */
MM_NOINLINE void slabs_send(struct slab_cache *cache, struct span *slab, void *cell);
MM_NOINLINE void slabs_free_remote(struct span *slab, void *cell);
MM_NOINLINE void slabs_settle(struct slab_cache *cache, struct span *slab);

/* No thread may allocate or free during these. */
void slabs_stats(struct slabs *slabs, struct mm_stats *out);
void slabs_verify(struct slabs *slabs);
/* Calls visit for every cell ever made and every large object, free or not. */
void slabs_each_cell(struct slabs *slabs, void (*visit)(void *user, void *cell, size_t bytes),
                     void *user);

/* Whether the address lies in a cell that was made, or in a large object. */
bool slabs_owns(const struct slabs *slabs, const void *address);

/* Tells the processor's cache that what lies behind this cell comes soon: new cells are made from
 * the front of a page, and what was made together mostly lies side by side and mostly dies
 * together. The processor sees as much by itself, but not beyond the end of a page. */
MM_INLINE void
slabs_expect(const void *cell)
{
    MM_PREFETCH_WRITE((const char *)cell + SLAB_AHEAD_BYTES);
}

/* A cell of a class, or NULL: then slabs_take, and so on. */
MM_INLINE void *
slabs_pop(struct slab_cache *cache, unsigned class_index)
{
    void *cell = cache->free[class_index];
    if (MM_LIKELY(cell != NULL))
        cache->free[class_index] = ((struct slab_cell *)cell)->next;
    return cell;
}

/* The slab that a cell of so many bytes lies in. */
MM_INLINE struct span *
slabs_of(const struct slab_cache *cache, const void *cell, size_t bytes)
{
    struct span *slab = spans_entry(cache->bias, cell);
    return bytes > SIZE_SMALL_MAX ? slab - slab->offset : slab;
}

/* Frees a cell of a slab that is this cache's own. */
MM_INLINE void
slabs_push_own(struct slab_cache *cache, struct span *slab, void *cell)
{
    ((struct slab_cell *)cell)->next = slab->free;
    slab->free = cell;
    if (MM_UNLIKELY(--slab->countdown == 0))
        slabs_settle(cache, slab);
}

/* Frees a cell by making it the next of its class to be popped: its slab still counts it as used.
 * Not for many: cells in this list keep their slabs from being given back. */
MM_INLINE void
slabs_push_ready(struct slab_cache *cache, unsigned class_index, void *cell)
{
    ((struct slab_cell *)cell)->next = cache->free[class_index];
    cache->free[class_index] = cell;
}

/* Frees a cell of a slab that is this cache's own; it is popped next if its slab is current. */
MM_INLINE void
slabs_push_warm(struct slab_cache *cache, struct span *slab, void *cell)
{
    if (slab->slab_state == SLAB_CURRENT)
        slabs_push_ready(cache, slab->size_class, cell);
    else
        slabs_push_own(cache, slab, cell);
}

/* Frees a cell of at most SIZE_CLASS_MAX bytes into its slab. */
MM_INLINE void
slabs_push(struct slab_cache *cache, void *cell, size_t bytes)
{
    struct span *slab = slabs_of(cache, cell, bytes);
    if (MM_UNLIKELY(MM_LOAD_RELAXED(&slab->owner) != cache)) {
        slabs_send(cache, slab, cell);
        return;
    }
    slabs_push_own(cache, slab, cell);
    slabs_expect(cell);
}

/* Frees a cell of at most SIZE_CLASS_MAX bytes: it is popped next if its slab is current, so that
 * what comes and goes in turn gets the same memory each time, and never needs a slow half. */
MM_INLINE void
slabs_push_next(struct slab_cache *cache, void *cell, size_t bytes)
{
    unsigned class_index = size_class(bytes);
    if (cache->bins[class_index].current == slabs_of(cache, cell, bytes))
        slabs_push_ready(cache, class_index, cell);
    else
        slabs_push(cache, cell, bytes);
}

/* Frees a cell of at most SIZE_CLASS_MAX bytes.  A page has so many small ones that a slow half is
 * rare, and the question would cost each of them more. */
MM_INLINE void
slabs_free(struct slab_cache *cache, void *cell, size_t bytes)
{
    if (bytes > SLAB_NEXT_BYTES)
        slabs_push_next(cache, cell, bytes);
    else
        slabs_push(cache, cell, bytes);
}

#endif
