/* snapshot.h -- the fast half of marking a snapshot while mutators run: the barrier.
 *
 * While a cycle runs, what a place in an object refers to is kept before the place is overwritten
 * (Yuasa 1990), so all that was reachable when the cycle began is found.  The old value goes into a
 * buffer of the mutator, whose mark byte nobody looks at: no cache miss.  parts/snapshot_books.h is
 * the slow half, and impls/tricolor/README.md has the proof.
 *
 * The flag is written only while the mutator stands still in a call that may collect, and no such
 * call stands between a test of the flag and the store behind it. */
#ifndef PARTS_SNAPSHOT_H
#define PARTS_SNAPSHOT_H

#include "parts/plain_loads.h"

enum { MM_BARRIER = 1 };

/* The same writes while a cycle runs.  A marker may read the places meanwhile: ranges are copied
 * and cleared word by word.  snapshot_store is told the object, which it does not need, so that a
 * caller's arguments can stay in their registers. */
MM_SLOW void snapshot_store(struct mm_mutator *m, void *obj, mm_ref *field, void *value);
MM_SLOW void snapshot_copy(struct mm_mutator *m, mm_ref *to, const mm_ref *from, size_t n);
MM_SLOW void snapshot_clear(struct mm_mutator *m, mm_ref *places, size_t n);
MM_SLOW bool snapshot_cas(struct mm_mutator *m, mm_ref *field, void *expected, void *value);

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
    if (MM_UNLIKELY(m->marking))
        snapshot_store(m, obj, field, value);
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
        snapshot_copy(m, to, from, n);
    else
        memmove(to, from, n * sizeof *to);
}

MM_INLINE void
mm_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    (void)obj;
    if (MM_UNLIKELY(m->marking))
        snapshot_clear(m, places, n);
    else
        memset(places, 0, n * sizeof *places);
}

MM_INLINE bool
mm_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    (void)obj;
    if (MM_UNLIKELY(m->marking))
        return snapshot_cas(m, field, expected, value);
    return __atomic_compare_exchange_n(&field->ptr_, &expected, value, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

#endif
