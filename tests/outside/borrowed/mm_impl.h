/* borrowed -- a manager outside the tree, made of parts: malloc and free, and nothing else. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"

#include <stdlib.h>

enum { MM_MOVES = 0 };

struct mm_mutator {
    struct mm_heap *heap;
};

MM_INLINE void *
explicit_new(struct mm_mutator *m, size_t bytes, size_t align)
{
    (void)m;
    return aligned_alloc(align < 16 ? 16 : align,
                         (bytes + MM_ALIGN_MAX - 1) & ~(size_t)(MM_ALIGN_MAX - 1));
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
    void *fresh = explicit_new(m, new_bytes, align);
    if (fresh) {
        memcpy(fresh, obj, old_bytes < new_bytes ? old_bytes : new_bytes);
        free(obj);
    }
    return fresh;
}

#include "parts/explicit_calls.h"
