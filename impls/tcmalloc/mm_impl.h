/* tcmalloc -- the thread-caching allocator of gperftools, by its own names, with sized frees. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"

#include <gperftools/nallocx.h>
#include <gperftools/tcmalloc.h>

enum { MM_MOVES = 0 };

struct mm_mutator {
    struct mm_heap *heap;
};

/* tc_malloc aligns to 16 from 16 bytes on, and to 8 below. */
MM_INLINE bool
tcmalloc_is_plain(size_t bytes, size_t align)
{
    return align <= 8 || (align == 16 && bytes >= 16);
}

MM_INLINE void *
explicit_new(struct mm_mutator *m, size_t bytes, size_t align)
{
    (void)m;
    if (tcmalloc_is_plain(bytes, align))
        return tc_malloc(bytes);
    return tc_memalign(align, bytes);
}

/* tc_memalign may have taken a larger class than the size says: only tc_free looks it up. */
MM_INLINE void
explicit_free(struct mm_mutator *m, void *obj, size_t bytes, size_t align)
{
    (void)m;
    if (tcmalloc_is_plain(bytes, align))
        tc_free_sized(obj, bytes);
    else
        tc_free(obj);
}

/* Not tc_realloc: it takes and keeps larger cells than the size says, and then a sized free puts
 * them on the wrong list.  A cell that is right for both sizes is kept here too. */
MM_INLINE void *
explicit_resize(struct mm_mutator *m, void *obj, size_t old_bytes, size_t new_bytes, size_t align)
{
    if (tcmalloc_is_plain(old_bytes, align) && tcmalloc_is_plain(new_bytes, align) &&
        tc_nallocx(old_bytes, 0) == tc_nallocx(new_bytes, 0))
        return obj;
    void *fresh = explicit_new(m, new_bytes, align);
    if (fresh) {
        memcpy(fresh, obj, old_bytes < new_bytes ? old_bytes : new_bytes);
        explicit_free(m, obj, old_bytes, align);
    }
    return fresh;
}

#include "parts/explicit_calls.h"
