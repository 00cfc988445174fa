/* plain_roots.h -- writing a root is a plain store, and taking from it a plain load. */
#ifndef PARTS_PLAIN_ROOTS_H
#define PARTS_PLAIN_ROOTS_H

MM_INLINE void
mm_set(struct mm_mutator *m, mm_ref *slot, void *value)
{
    (void)m;
    slot->ptr_ = value;
}

MM_INLINE void
mm_take(struct mm_mutator *m, mm_ref *slot, mm_owned value)
{
    (void)m;
    slot->ptr_ = value.ptr_;
}

MM_INLINE mm_owned
mm_move(struct mm_mutator *m, mm_ref *slot)
{
    (void)m;
    return (mm_owned){ slot->ptr_ };
}

#endif
