/* boehm -- the Boehm-Demers-Weiser collector: it finds locals by itself on the C stack, and is
 * told of globals; small objects come off free lists of the mutator's, inlined. */
#include "parts/c_locals.h"
#include "parts/no_barrier.h"
#include "parts/no_free.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"

#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_inline.h>

enum { MM_ROOTS = 1, MM_MOVES = 0 };

enum { BOEHM_KINDS = GC_I_NORMAL + 1 }; /* without references, and with */

/* Lists of free cells by kind and size; the first word of each is the link to the next. */
struct mm_mutator {
    void *lists[BOEHM_KINDS][GC_TINY_FREELISTS];
};

/* Fills an empty list. */
MM_SLOW void boehm_refill(struct mm_mutator *m, int kind, size_t granules);

/* An object of an alignment that the collector has no cells for. */
MM_SLOW void *boehm_new_aligned(int kind, size_t bytes, size_t align);

MM_SLOW void boehm_add_root(mm_ref *slot);

/* The collector may stop the thread anywhere here.  It marks what it can reach from the list's
 * head, so the link must be there until the head is past it. */
MM_INLINE void *
boehm_pop(struct mm_mutator *m, int kind, size_t granules)
{
    void **head = &m->lists[kind][granules];
    if (MM_UNLIKELY(!*head))
        boehm_refill(m, kind, granules);
    void **obj = *head;
    *head = *obj;
    __asm__ volatile("" ::: "memory");
    if (kind == GC_I_NORMAL)
        *obj = NULL; /* the rest is null already */
    return obj;
}

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    int kind = mm_has_refs(type) ? GC_I_NORMAL : GC_I_PTRFREE;
    size_t bytes = mm_size(type, n);
    size_t granules = (bytes + GC_GRANULE_BYTES - 1) / GC_GRANULE_BYTES;
    if (type->align > GC_GRANULE_BYTES)
        return (mm_owned){ boehm_new_aligned(kind, bytes, type->align) };
    if (MM_LIKELY(granules < GC_TINY_FREELISTS))
        return (mm_owned){ boehm_pop(m, kind, granules ? granules : 1) };
    return (mm_owned){ kind == GC_I_NORMAL ? GC_malloc(bytes) : GC_malloc_atomic(bytes) };
}

MM_INLINE mm_owned
mm_new(struct mm_mutator *m, const struct mm_type *type)
{
    return mm_new_array(m, type, 0);
}

/* The collector's realloc frees the old object, and nulls what a grown one has more. */
MM_INLINE void
mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
          size_t new_n)
{
    size_t bytes = mm_size(type, new_n);
    if (type->align <= GC_GRANULE_BYTES) {
        slot->ptr_ = GC_realloc(slot->ptr_, bytes ? bytes : 1);
        return;
    }
    mm_owned fresh = mm_new_array(m, type, new_n);
    memcpy(fresh.ptr_, slot->ptr_, mm_size(type, old_n < new_n ? old_n : new_n));
    slot->ptr_ = fresh.ptr_;
}

MM_INLINE void
mm_global(struct mm_mutator *m, mm_ref *slot)
{
    (void)m;
    boehm_add_root(slot);
}
