/* mimalloc -- Daan Leijen's allocator, by its own names: the small call where the size allows. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"

#include <mimalloc.h>

enum { MM_MOVES = 0 };

struct mm_mutator {
    struct mm_heap *heap;
};

/* mi_malloc aligns to 16 from 16 bytes on, and to 8 below. */
MM_INLINE bool
mimalloc_is_plain(size_t bytes, size_t align)
{
    return align <= 8 || (align == 16 && bytes >= 16);
}

/* Where the size is not constant, mi_malloc itself makes the comparison. */
MM_INLINE void *
explicit_new(struct mm_mutator *m, size_t bytes, size_t align)
{
    (void)m;
    if (!mimalloc_is_plain(bytes, align))
        return mi_malloc_aligned(bytes, align);
    if (__builtin_constant_p(bytes) && bytes <= MI_SMALL_SIZE_MAX)
        return mi_malloc_small(bytes);
    return mi_malloc(bytes);
}

/* Not mi_free_size: it would only jump here. */
MM_INLINE void
explicit_free(struct mm_mutator *m, void *obj, size_t bytes, size_t align)
{
    (void)m, (void)bytes, (void)align;
    mi_free(obj);
}

MM_INLINE void *
explicit_resize(struct mm_mutator *m, void *obj, size_t old_bytes, size_t new_bytes, size_t align)
{
    (void)m, (void)old_bytes;
    if (align <= 8)
        return mi_realloc(obj, new_bytes);
    return mi_realloc_aligned(obj, new_bytes, align);
}

#include "parts/explicit_calls.h"
