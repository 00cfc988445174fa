/* pooled -- free lists by size class, and a sized free: no object has a header. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"
#include "parts/null_refs.h"
#include "parts/debug_fill.h"
#include "parts/slabs.h"

enum { MM_FREES = 1, MM_MOVES = 0 };

struct mm_mutator {
    struct slab_cache cells;
};

/* A cell of the class from where there is none ready; gives up in mm_exhausted. */
MM_NOINLINE void *pooled_refill(struct mm_mutator *m, unsigned class_index);

/* Objects above SIZE_CLASS_MAX. */
MM_NOINLINE void *pooled_new_large(struct mm_mutator *m, size_t bytes);
MM_NOINLINE void pooled_free_large(struct mm_mutator *m, void *obj);

/* The object's new address; what it had is still there, up to the smaller of both sizes. */
MM_NOINLINE void *pooled_resize(struct mm_mutator *m, void *obj, size_t old_bytes,
                                size_t new_bytes);

/* The bytes that the cell of an object must have. */
MM_INLINE size_t
pooled_bytes(const struct mm_type *type, size_t n)
{
    size_t bytes = mm_size(type, n);
    return type->align > MM_ALIGN_DEFAULT ? size_aligned(bytes, type->align) : bytes;
}

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    size_t bytes = pooled_bytes(type, n);
    void *obj;
    if (bytes > SIZE_CLASS_MAX) {
        obj = pooled_new_large(m, bytes);
    } else {
        unsigned class_index = size_class(bytes);
        obj = slabs_pop(&m->cells, class_index);
        if (MM_UNLIKELY(!obj))
            obj = pooled_refill(m, class_index);
        if (bytes <= SLAB_NEXT_BYTES)
            slabs_expect(obj);
    }
    debug_fill(obj, DEBUG_FILL_FRESH, bytes);
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
    size_t bytes = pooled_bytes(type, n);
    debug_fill(obj, DEBUG_FILL_DEAD, bytes);
    if (bytes > SIZE_CLASS_MAX)
        pooled_free_large(m, obj);
    else
        slabs_free(&m->cells, obj, bytes);
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
    slot->ptr_ = pooled_resize(m, slot->ptr_, pooled_bytes(type, old_n), pooled_bytes(type, new_n));
    null_refs_grown(type, slot->ptr_, old_n, new_n);
}
