/* rc_box_places.h -- writing a place counts: the new object first, then the old one, so that an
 * object stored over itself lives. */
#ifndef RC_BOX_PLACES_H
#define RC_BOX_PLACES_H

#include "parts/zeroed_locals.h"

MM_INLINE void
rc_box_acquire(void *obj)
{
    if (obj)
        (void)g_rc_box_acquire(rc_box_of(obj));
}

MM_INLINE void
rc_box_release(void *obj)
{
    if (obj)
        g_rc_box_release_full(rc_box_of(obj), rc_box_clear);
}

/* Puts an object that is counted already into a place. */
MM_INLINE void
rc_box_land(mm_ref *place, void *value)
{
    void *old = place->ptr_;
    place->ptr_ = value;
    rc_box_release(old);
}

MM_INLINE void
mm_init(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    (void)m, (void)obj;
    rc_box_acquire(value);
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
    (void)m, (void)obj;
    rc_box_acquire(value);
    rc_box_land(field, value);
}

MM_INLINE void
mm_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    (void)m, (void)obj;
    rc_box_land(field, value.ptr_);
}

MM_INLINE void
mm_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n)
{
    (void)m, (void)obj;
    rc_box_replace(to, from, n);
}

MM_INLINE void
mm_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    (void)m, (void)obj;
    rc_box_replace(places, NULL, n);
}

MM_INLINE bool
mm_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    if (field->ptr_ != expected)
        return false;
    mm_store(m, obj, field, value);
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
    mm_store(m, NULL, slot, value);
}

MM_INLINE void
mm_take(struct mm_mutator *m, mm_ref *slot, mm_owned value)
{
    mm_store_new(m, NULL, slot, value);
}

/* As g_steal_pointer does. */
MM_INLINE mm_owned
mm_move(struct mm_mutator *m, mm_ref *slot)
{
    (void)m;
    mm_owned value = { slot->ptr_ };
    slot->ptr_ = NULL;
    return value;
}

struct rc_box_frame {
    mm_ref *slots;
    size_t n;
};

MM_INLINE void
rc_box_leave(const struct rc_box_frame *frame)
{
    for (size_t i = 0; i < frame->n; i++)
        rc_box_release(frame->slots[i].ptr_);
}

#define MM_LOCALS(m, ...)                        \
    ZEROED_LOCALS(__VA_ARGS__);                  \
    const struct rc_box_frame frame_ MM_CLEANUP( \
        rc_box_leave) = { (mm_ref *)&locals_, sizeof locals_ / sizeof(mm_ref) }

#endif
