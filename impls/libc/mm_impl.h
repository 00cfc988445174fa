/* libc -- the system's malloc and free, with nothing in front of them. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"

#include <stdlib.h>

enum { MM_MOVES = 0 };

struct mm_mutator {
    struct mm_heap *heap;
};

enum { LIBC_ALIGN = 16 }; /* what malloc gives on every 64-bit system */

/* Never calloc: glibc 2.36 bypasses its thread cache there. */
MM_INLINE void *
explicit_new(struct mm_mutator *m, size_t bytes, size_t align)
{
    (void)m;
    if (align > LIBC_ALIGN)
        return aligned_alloc(align, (bytes + align - 1) & ~(align - 1));
    return malloc(bytes);
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
    if (align <= LIBC_ALIGN)
        return realloc(obj, new_bytes);
    void *fresh = explicit_new(m, new_bytes, align);
    if (fresh) {
        memcpy(fresh, obj, old_bytes < new_bytes ? old_bytes : new_bytes);
        free(obj);
    }
    return fresh;
}

#include "parts/explicit_calls.h"
