/* mm_impl.h -- pooled-so: the slabs of pooled behind plain malloc and free,
 * libheapstakes-pooled.so. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"

#include <stdlib.h>

enum { MM_MOVES = 0 };

struct mm_mutator {
    struct mm_heap *heap;
};

/* malloc aligns to 16 from 16 bytes on, and to 8 below. */
MM_INLINE bool
pooled_so_is_plain(size_t bytes, size_t align)
{
    return align <= 8 || (align == 16 && bytes >= 16);
}

MM_INLINE void *
explicit_new(struct mm_mutator *m, size_t bytes, size_t align)
{
    (void)m;
    return pooled_so_is_plain(bytes, align) ? malloc(bytes) : aligned_alloc(align, bytes);
}

MM_INLINE void
explicit_free(struct mm_mutator *m, void *obj, size_t bytes, size_t align)
{
    (void)m, (void)bytes, (void)align;
    free(obj);
}

MM_INLINE void *
explicit_resize(struct mm_mutator *m, void *obj, size_t old_bytes, size_t new_bytes, size_t align)
{
    if (align <= 8)
        return realloc(obj, new_bytes);
    void *fresh = explicit_new(m, new_bytes, align);
    if (fresh) {
        memcpy(fresh, obj, old_bytes < new_bytes ? old_bytes : new_bytes);
        free(obj);
    }
    return fresh;
}

#include "parts/explicit_calls.h"
