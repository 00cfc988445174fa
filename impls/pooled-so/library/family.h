/* family.h -- what the files of libheapstakes-pooled.so share: the calling thread's cache, and
 * where an object's cell is found. */
#ifndef FAMILY_H
#define FAMILY_H

#include "parts/slabs.h"

enum {
    FAMILY_ALIGN = 16,       /* of objects of at least as many bytes; below, 8 */
    FAMILY_LINE = 64,        /* the most alignment that slabs_lead keeps */
    FAMILY_TABLE_MAX = 1024, /* bytes up to which a table tells the class */
};

/* The classes of 0, 1 to 8, 9 to 16, .. bytes.  A thread without a cache may read one while the
 * first thread makes them, and does not go by it: no list of nobody's cache has cells.  An atomic
 * read would say so, and costs malloc a 15th instruction (gcc 12). */
extern uint8_t family_classes[FAMILY_TABLE_MAX / 8 + 1];

/* Of the calling thread.  Before its first allocation this is a cache of nobody's, which has no
 * cells to give and owns no slab, so that the fast paths need not ask. */
extern MM_THREAD_LOCAL struct slab_cache *family_cache;

/* Makes the calling thread have a cache, the first of them the heap; NULL: no memory. */
MM_SLOW struct slab_cache *family_attach(void);

/* What malloc asks of the classes for so many bytes. */
MM_INLINE size_t
family_rounded(size_t bytes)
{
    return bytes <= 8 ? 8 : size_aligned(bytes, FAMILY_ALIGN);
}

/* The first entry of the span that the address lies in, which is one of this heap. */
MM_INLINE struct span *
family_span(const struct slab_cache *cache, const void *address)
{
    struct span *span = spans_entry(cache->bias, address);
    return span_kind(span) == SPAN_INNER ? span - span->offset : span;
}

/* Whether the address lies in units that the heap has used. */
bool family_is_inside(const struct slab_cache *cache, const void *address);

#endif
