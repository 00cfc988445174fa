/* mm_impl.h -- refcount-deferred: references from objects are counted, when a round of allocation
 * ends. */
#include "parts/block_heap.h"
#include "parts/no_free.h"
#include "parts/no_scopes.h"
#include "parts/plain_loads.h"
#include "parts/plain_roots.h"
#include "parts/world_calls.h"

enum { MM_MOVES = 0, MM_BARRIER = 1 };

/* Writes to a place of obj, which is counted and not in the log, or large: what the place holds
 * now, or all that obj refers to, goes into the log before. */
void deferred_store(struct mm_mutator *m, void *obj, mm_ref *place, void *value);
void deferred_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n);
void deferred_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n);
bool deferred_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value);

/* Whether the barrier need not look any further: obj is a small one, and new or in the log. */
MM_INLINE bool
deferred_passes(const struct mm_mutator *m, const void *obj)
{
    size_t offset = (uintptr_t)obj - (uintptr_t)m->cells;
    return MM_LIKELY(offset < m->cells_bytes) &&
           MM_LIKELY(MM_LOAD_ACQUIRE(&m->marks[offset / 16]) != m->old);
}

/* Whether obj is a small one, and new: nobody else looks at its references, so that they may be
 * written in any way. */
MM_INLINE bool
deferred_is_new(const struct mm_mutator *m, const void *obj)
{
    size_t offset = (uintptr_t)obj - (uintptr_t)m->cells;
    return MM_LIKELY(offset < m->cells_bytes) &&
           MM_LIKELY((unsigned)MM_LOAD_ACQUIRE(&m->marks[offset / 16]) - m->old > 1);
}

/* An object is new until the next call that may collect: none of its references is counted. */
MM_INLINE void
mm_init(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    (void)m, (void)obj;
    field->ptr_ = value;
}

MM_INLINE void
mm_init_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    mm_init(m, obj, field, value.ptr_);
}

MM_INLINE void
mm_store(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    if (deferred_passes(m, obj))
        MM_STORE_RELEASE(&field->ptr_, value);
    else
        deferred_store(m, obj, field, value);
}

MM_INLINE void
mm_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    mm_store(m, obj, field, value.ptr_);
}

MM_INLINE void
mm_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n)
{
    if (deferred_is_new(m, obj))
        memmove(to, from, n * sizeof *to);
    else
        deferred_copy(m, obj, to, from, n);
}

MM_INLINE void
mm_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    if (deferred_is_new(m, obj))
        memset(places, 0, n * sizeof *places);
    else
        deferred_clear(m, obj, places, n);
}

MM_INLINE bool
mm_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    if (!deferred_passes(m, obj))
        return deferred_cas(m, obj, field, expected, value);
    return __atomic_compare_exchange_n(&field->ptr_, &expected, value, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}
