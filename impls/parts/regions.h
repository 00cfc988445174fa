/* regions.h -- scopes over a library that has regions: a region of the library for each depth of
 * nested scopes, all of it reclaimed when the scope ends.
 *
 * The regions of the depths are independent, so that an object for an outer scope is made in that
 * scope's own region, without a search.  A region stays when its scope ends, empty, for the next
 * scope of that depth: no library makes a new one cheaper than it empties an old one.
 *
 * An mm_impl.h defines `struct region` first, all zero when there is none yet, and then
 *
 *   void *region_new(region, bytes, align)   NULL: out of memory; bytes and align fold
 *   void  region_begin(m, region)            a scope begins in it; makes it if there is none
 *   void  region_end(region)                 all that was made in it since is dead */
#ifndef PARTS_REGIONS_H
#define PARTS_REGIONS_H

#include "parts/malloc_books.h"
#include "parts/no_free.h"
#include "parts/null_refs.h"
#include "parts/scope_depth.h"

enum { MM_SCOPES = 1, MM_MOVES = 0 };

struct mm_mutator {
    struct region *level; /* of the innermost scope */
    struct region levels[SCOPE_LEVELS];
    struct mm_heap *heap;
    struct mm_mutator *all, *idle;
};

struct mm_scope {
    struct region *region;
};

MM_INLINE void *region_new(struct region *region, size_t bytes, size_t align);
MM_INLINE void region_begin(struct mm_mutator *m, struct region *region);
MM_INLINE void region_end(struct region *region);

/* The bytes of an object in its region, at least 8. */
MM_INLINE size_t
regions_bytes(const struct mm_type *type, size_t n)
{
    size_t bytes = (mm_size(type, n) + MM_ALIGN_DEFAULT - 1) & ~(size_t)(MM_ALIGN_DEFAULT - 1);
    return bytes ? bytes : MM_ALIGN_DEFAULT;
}

MM_INLINE mm_owned
regions_new(struct region *region, const struct mm_type *type, size_t n)
{
    size_t align = type->align ? type->align : MM_ALIGN_DEFAULT;
    void *obj = region_new(region, regions_bytes(type, n), align);
    if (MM_UNLIKELY(!obj))
        mm_exhausted(mm_size(type, n), 0);
    null_refs(type, obj, n);
    return (mm_owned){ obj };
}

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    return regions_new(m->level, type, n);
}

MM_INLINE mm_owned
mm_new(struct mm_mutator *m, const struct mm_type *type)
{
    return regions_new(m->level, type, 0);
}

MM_INLINE mm_owned
mm_new_array_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type, size_t n)
{
    (void)m;
    return regions_new(scope.region, type, n);
}

MM_INLINE mm_owned
mm_new_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type)
{
    (void)m;
    return regions_new(scope.region, type, 0);
}

MM_INLINE struct mm_scope
mm_scope_begin(struct mm_mutator *m)
{
    struct region *region = m->level + 1;
    if (MM_UNLIKELY(region == m->levels + SCOPE_LEVELS))
        scope_too_deep();
    region_begin(m, region);
    m->level = region;
    return (struct mm_scope){ region };
}

MM_INLINE void
mm_scope_end(struct mm_mutator *m, struct mm_scope scope)
{
    region_end(scope.region);
    m->level = scope.region - 1;
}

MM_INLINE struct mm_scope
mm_scope_program(struct mm_mutator *m)
{
    return (struct mm_scope){ m->levels };
}

/* -- the slow half of the contract, regions.c, made of these of the manager's .c file -- */

/* The library's own start and end. */
void regions_start(void);
void regions_stop(void);

/* The mutator's first region, outside all scopes; false: not enough memory.  Then all of them. */
bool regions_open(struct mm_mutator *m);
void regions_close(struct mm_mutator *m);

/* What the library holds, all but the live bytes; the books are the heap's. */
void regions_books(struct malloc_books *books, struct mm_stats *out);

/* What has been handed out of a region, and whether it holds an address. */
size_t region_used(const struct region *region);
bool region_owns(const struct region *region, const void *obj);

#endif
