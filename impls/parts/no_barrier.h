/* no_barrier.h -- writing a field is a plain store, and tells nobody. */
#ifndef PARTS_NO_BARRIER_H
#define PARTS_NO_BARRIER_H

#include "parts/plain_loads.h"

enum { MM_BARRIER = 0 };

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
    (void)m, (void)obj;
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
    (void)m, (void)obj;
    memmove(to, from, n * sizeof *to);
}

MM_INLINE void
mm_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    (void)m, (void)obj;
    memset(places, 0, n * sizeof *places);
}

MM_INLINE bool
mm_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    (void)m, (void)obj;
    return __atomic_compare_exchange_n(&field->ptr_, &expected, value, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

#endif
