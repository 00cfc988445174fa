/* refcount_places.h -- writing a place counts: the new object first, then the old one, so that an
 * object stored over itself lives. */
#ifndef REFCOUNT_PLACES_H
#define REFCOUNT_PLACES_H

MM_INLINE void
refcount_retain(void *obj)
{
    if (obj)
        refcount_header(obj)->count++;
}

MM_INLINE void
refcount_release(struct mm_mutator *m, void *obj)
{
    if (!obj)
        return;
    union refcount_header *header = refcount_header(obj);
    if (--header->count == 0)
        refcount_died(m, obj);
    else if (!(header->tag & REFCOUNT_QUIET))
        refcount_suspect(m, obj);
}

/* Puts an object that is counted already into a place. */
MM_INLINE void
refcount_land(struct mm_mutator *m, mm_ref *place, void *value)
{
    void *old = place->ptr_;
    place->ptr_ = value;
    refcount_release(m, old);
}

MM_INLINE void
mm_init(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    (void)m, (void)obj;
    refcount_retain(value);
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
    refcount_retain(value);
    refcount_land(m, field, value);
}

MM_INLINE void
mm_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    (void)obj;
    if (value.ptr_ && !(refcount_header(value.ptr_)->tag & REFCOUNT_QUIET))
        refcount_store_new(m, field, value.ptr_);
    else
        refcount_land(m, field, value.ptr_);
}

MM_INLINE void
mm_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n)
{
    (void)obj;
    for (size_t i = 0; i < n; i++)
        refcount_retain(from[i].ptr_);
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
    refcount_retain(value);
    refcount_land(m, slot, value);
}

MM_INLINE void
mm_take(struct mm_mutator *m, mm_ref *slot, mm_owned value)
{
    refcount_land(m, slot, value.ptr_);
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

#define MM_LOCALS(m, ...)                                               \
    struct locals_ {                                                    \
        mm_ref __VA_ARGS__;                                             \
    } locals_;                                                          \
    struct locals_ *const locals = memset(&locals_, 0, sizeof locals_); \
    const struct refcount_frame frame_ MM_CLEANUP(                      \
        refcount_leave) = { (m), (mm_ref *)&locals_, sizeof locals_ / sizeof(mm_ref) }

#endif
