/* explicit_calls.h -- the calls of a manager that is told of every death, made of three of its
 * own, which its mm_impl.h defines first (bytes and align fold for constant types):
 *
 *   void *explicit_new(m, bytes, align)              NULL: out of memory
 *   void *explicit_resize(m, obj, old, new, align)   NULL: out of memory
 *   void  explicit_free(m, obj, bytes, align)
 */
#ifndef PARTS_EXPLICIT_CALLS_H
#define PARTS_EXPLICIT_CALLS_H

#include "parts/null_refs.h"

enum { MM_FREES = 1 };

MM_INLINE size_t
explicit_align(const struct mm_type *type)
{
    return type->align ? type->align : MM_ALIGN_DEFAULT;
}

/* Never 0, which would end an object in realloc; folds for types with a fixed part. */
MM_INLINE size_t
explicit_bytes(const struct mm_type *type, size_t n)
{
    return type->size || n ? mm_size(type, n) : 1;
}

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    void *obj = explicit_new(m, explicit_bytes(type, n), explicit_align(type));
    MM_OPAQUE(obj);
    if (MM_UNLIKELY(!obj))
        mm_exhausted(mm_size(type, n), 0);
    null_refs(type, obj, n);
    return (mm_owned){ obj };
}

MM_INLINE mm_owned
mm_new(struct mm_mutator *m, const struct mm_type *type)
{
    return mm_new_array(m, type, 0);
}

MM_INLINE void
mm_free_array(struct mm_mutator *m, const struct mm_type *type, void *obj, size_t n)
{
    MM_OPAQUE(obj);
    explicit_free(m, obj, explicit_bytes(type, n), explicit_align(type));
}

MM_INLINE void
mm_free(struct mm_mutator *m, const struct mm_type *type, void *obj)
{
    mm_free_array(m, type, obj, 0);
}

MM_INLINE void
mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
          size_t new_n)
{
    void *obj = explicit_resize(m, slot->ptr_, explicit_bytes(type, old_n),
                                explicit_bytes(type, new_n), explicit_align(type));
    if (MM_UNLIKELY(!obj))
        mm_exhausted(mm_size(type, new_n), 0);
    null_refs_grown(type, obj, old_n, new_n);
    slot->ptr_ = obj;
}

#endif
