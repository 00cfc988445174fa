/* resize_by_copy.h -- a resized object is a new one; the old one is left to die. */
#ifndef PARTS_RESIZE_BY_COPY_H
#define PARTS_RESIZE_BY_COPY_H

MM_INLINE void
mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
          size_t new_n)
{
    mm_owned fresh = mm_new_array(m, type, new_n);
    void *old = mm_load(slot);
    memcpy(fresh.ptr_, old, mm_size(type, old_n < new_n ? old_n : new_n));
    mm_take(m, slot, fresh);
    mm_free_array(m, type, old, old_n);
}

#endif
