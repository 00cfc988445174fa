/* jemalloc -- Jason Evans's allocator, by malloc and sized free: its shortest paths. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"

#include <jemalloc/jemalloc.h>

enum { MM_MOVES = 0 };

struct mm_mutator {
    struct mm_heap *heap;
};

/* malloc aligns to 16 from 16 bytes on, and to 8 below. */
MM_INLINE bool
jemalloc_is_plain(size_t bytes, size_t align)
{
    return align <= 8 || (align == 16 && bytes >= 16);
}

MM_INLINE void *
explicit_new(struct mm_mutator *m, size_t bytes, size_t align)
{
    (void)m;
    if (jemalloc_is_plain(bytes, align))
        return malloc(bytes);
    return mallocx(bytes, MALLOCX_ALIGN(align));
}

MM_INLINE void
explicit_free(struct mm_mutator *m, void *obj, size_t bytes, size_t align)
{
    (void)m;
    sdallocx(obj, bytes, jemalloc_is_plain(bytes, align) ? 0 : MALLOCX_ALIGN(align));
}

MM_INLINE void *
explicit_resize(struct mm_mutator *m, void *obj, size_t old_bytes, size_t new_bytes, size_t align)
{
    (void)m, (void)old_bytes;
    return rallocx(obj, new_bytes, align <= 8 ? 0 : MALLOCX_ALIGN(align));
}

#include "parts/explicit_calls.h"
