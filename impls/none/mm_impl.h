/* none -- bump allocation, and nothing ever comes back. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_free.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"
#include "parts/null_refs.h"
#include "parts/resize_by_copy.h"

enum { MM_MOVES = 0 };

struct mm_mutator {
    char *next, *limit; /* of this mutator's chunk */
    struct mm_heap *heap;
};

/* Takes a new chunk of at least `bytes`, and moves m->next to its first address of this
 * alignment. */
MM_SLOW void none_refill(struct mm_mutator *m, size_t bytes, size_t align);

/* Not 0: an object without bytes has an address of its own too. */
MM_INLINE size_t
none_bytes(const struct mm_type *type, size_t n)
{
    if (!type->size && !n)
        return MM_ALIGN_DEFAULT;
    return (mm_size(type, n) + MM_ALIGN_DEFAULT - 1) & ~(size_t)(MM_ALIGN_DEFAULT - 1);
}

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    size_t align = type->align ? type->align : MM_ALIGN_DEFAULT;
    size_t bytes = none_bytes(type, n);
    if (align > MM_ALIGN_DEFAULT)
        m->next += -(uintptr_t)m->next & (align - 1);
    if (MM_UNLIKELY(m->limit < m->next || (size_t)(m->limit - m->next) < bytes))
        none_refill(m, bytes, align);
    void *obj = m->next;
    m->next += bytes;
    null_refs(type, obj, n);
    return (mm_owned){ obj };
}

MM_INLINE mm_owned
mm_new(struct mm_mutator *m, const struct mm_type *type)
{
    return mm_new_array(m, type, 0);
}
