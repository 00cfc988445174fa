/* tricolor -- marks a snapshot of the graph in slices between allocations. */
#include "parts/block_heap.h"
#include "parts/no_free.h"
#include "parts/no_safepoints.h"
#include "parts/no_scopes.h"
#include "parts/plain_loads.h"
#include "parts/plain_roots.h"

enum { MM_MOVES = 0, MM_BARRIER = 1 };

/* The same writes while a cycle runs: what the places refer to is marked before it is overwritten.
 */
MM_SLOW void tricolor_store(struct mm_mutator *m, mm_ref *field, void *value);
MM_SLOW void tricolor_copy(struct mm_mutator *m, mm_ref *to, const mm_ref *from, size_t n);
MM_SLOW void tricolor_clear(struct mm_mutator *m, mm_ref *places, size_t n);
MM_SLOW bool tricolor_cas(struct mm_mutator *m, mm_ref *field, void *expected, void *value);

/* A new object's fields are null, or were written since its birth: nothing is lost. */
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
    (void)obj;
    if (MM_UNLIKELY(m->marking))
        tricolor_store(m, field, value);
    else
        MM_STORE_RELEASE(&field->ptr_, value);
}

MM_INLINE void
mm_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    mm_store(m, obj, field, value.ptr_);
}

MM_INLINE void
mm_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n)
{
    (void)obj;
    if (MM_UNLIKELY(m->marking))
        tricolor_copy(m, to, from, n);
    else
        memmove(to, from, n * sizeof *to);
}

MM_INLINE void
mm_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    (void)obj;
    if (MM_UNLIKELY(m->marking))
        tricolor_clear(m, places, n);
    else
        memset(places, 0, n * sizeof *places);
}

MM_INLINE bool
mm_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    (void)obj;
    if (MM_UNLIKELY(m->marking))
        return tricolor_cas(m, field, expected, value);
    return __atomic_compare_exchange_n(&field->ptr_, &expected, value, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}
