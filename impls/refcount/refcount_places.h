/* refcount_places.h -- writing a place counts: the new object first, then the old one, so that an
 * object stored over itself lives. */
#ifndef REFCOUNT_PLACES_H
#define REFCOUNT_PLACES_H

#include "parts/zeroed_locals.h"

MM_INLINE void
refcount_retain(struct mm_mutator *m, void *obj)
{
    if (!obj)
        return;
    if (MM_UNLIKELY(m->several))
        refcount_retain_shared(m, obj);
    else
        refcount_header(obj)->count++;
}

/* Of the only mutator. */
MM_INLINE void
refcount_release_alone(struct mm_mutator *m, void *obj)
{
    union refcount_header *header = refcount_header(obj);
    if (--header->count == 0)
        refcount_died(m, obj);
    else if (!(header->tag & REFCOUNT_QUIET))
        refcount_suspect(m, obj);
}

MM_INLINE void
refcount_release(struct mm_mutator *m, void *obj)
{
    if (!obj)
        return;
    if (MM_UNLIKELY(m->several))
        refcount_release_shared(m, obj);
    else
        refcount_release_alone(m, obj);
}

/* Puts an object that is counted already into a place. */
MM_INLINE void
refcount_land_alone(struct mm_mutator *m, mm_ref *place, void *value)
{
    void *old = place->ptr_;
    place->ptr_ = value;
    if (old)
        refcount_release_alone(m, old);
}

MM_INLINE void
refcount_store(struct mm_mutator *m, mm_ref *place, void *value)
{
    if (MM_UNLIKELY(m->several)) {
        refcount_store_shared(m, place, value);
        return;
    }
    if (value)
        refcount_header(value)->count++;
    refcount_land_alone(m, place, value);
}

MM_INLINE void
mm_init(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    (void)obj;
    refcount_retain(m, value);
    field->ptr_ = value;
}

MM_INLINE void
mm_init_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    (void)m, (void)obj;
    field->ptr_ = value.ptr_;
}

MM_INLINE void
mm_store(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    (void)obj;
    refcount_store(m, field, value);
}

MM_INLINE void
mm_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    (void)obj;
    if (MM_UNLIKELY(m->several))
        refcount_store_new_shared(m, field, value.ptr_);
    else if (value.ptr_ && !(refcount_header(value.ptr_)->tag & REFCOUNT_QUIET))
        refcount_store_new(m, field, value.ptr_);
    else
        refcount_land_alone(m, field, value.ptr_);
}

MM_INLINE void
mm_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n)
{
    (void)obj;
    for (size_t i = 0; i < n; i++)
        refcount_retain(m, from[i].ptr_);
    /* obj, or what holds `from`, may die of this, and is taken apart only afterwards. */
    refcount_drop_all(m, to, n);
    memmove(to, from, n * sizeof *to);
    refcount_free_portion(m);
}

MM_INLINE void
mm_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    (void)obj;
    refcount_drop_all(m, places, n);
    memset(places, 0, n * sizeof *places);
    refcount_free_portion(m);
}

MM_INLINE bool
mm_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    (void)obj;
    void *found = expected;
    refcount_retain(m, value);
    if (!__atomic_compare_exchange_n(&field->ptr_, &found, value, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        refcount_retract(m, value);
        return false;
    }
    refcount_release(m, expected);
    return true;
}

/* -- roots: each is a place that counts, until its block ends -- */

MM_INLINE void
mm_global(struct mm_mutator *m, mm_ref *slot)
{
    (void)m, (void)slot;
}

MM_INLINE void
mm_set(struct mm_mutator *m, mm_ref *slot, void *value)
{
    refcount_store(m, slot, value);
}

/* Roots are written by one thread at a time, which tells others by other means: so the flag is not
 * looked at where nothing was. */
MM_INLINE void
mm_take(struct mm_mutator *m, mm_ref *slot, mm_owned value)
{
    void *old = slot->ptr_;
    slot->ptr_ = value.ptr_;
    refcount_release(m, old);
}

MM_INLINE mm_owned
mm_move(struct mm_mutator *m, mm_ref *slot)
{
    (void)m;
    mm_owned value = { slot->ptr_ };
    slot->ptr_ = NULL;
    return value;
}

struct refcount_frame {
    struct mm_mutator *m;
    mm_ref *slots;
    size_t n;
};

/* The loop is written out, for the compiler does not do so at -O2, and only then sees that most
 * roots are null at the end: what was moved out of them costs nothing. */
MM_INLINE void
refcount_leave(const struct refcount_frame *frame)
{
    if (frame->n > 0)
        refcount_release(frame->m, frame->slots[0].ptr_);
    if (frame->n > 1)
        refcount_release(frame->m, frame->slots[1].ptr_);
    if (frame->n > 2)
        refcount_release(frame->m, frame->slots[2].ptr_);
    if (frame->n > 3)
        refcount_release(frame->m, frame->slots[3].ptr_);
    for (size_t i = 4; i < frame->n; i++)
        refcount_release(frame->m, frame->slots[i].ptr_);
}

#define MM_LOCALS(m, ...)                          \
    ZEROED_LOCALS(__VA_ARGS__);                    \
    const struct refcount_frame frame_ MM_CLEANUP( \
        refcount_leave) = { (m), (mm_ref *)&locals_, sizeof locals_ / sizeof(mm_ref) }

#endif
