/* obstack -- the C library's object stacks, one for each depth of nested scopes. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_safepoints.h"

#include <limits.h>
#include <obstack.h>

struct region {
    struct obstack stack; /* without a chunk until the depth is first used */
    char *bottom;         /* an empty object, before all others */
};

#include "parts/regions.h"

MM_SLOW void obstack_region_make(struct region *region);

MM_SLOW void *obstack_resize(struct region *region, void *obj, size_t old_bytes, size_t new_bytes,
                             size_t align);

/* The stack aligns to 8; where a type asks for more, the bytes that this may take are added.  Its
 * lengths are of type int. */
MM_INLINE void *
region_new(struct region *region, size_t bytes, size_t align)
{
    size_t spare = align - MM_ALIGN_DEFAULT;
    if (MM_UNLIKELY(bytes > INT_MAX - MM_ALIGN_MAX))
        return NULL;
    char *obj = obstack_alloc(&region->stack, (int)(bytes + spare));
    return spare ? obj + (-(uintptr_t)obj & (align - 1)) : obj;
}

MM_INLINE void
region_begin(struct mm_mutator *m, struct region *region)
{
    (void)m;
    if (MM_UNLIKELY(!region->stack.chunk))
        obstack_region_make(region);
}

MM_INLINE void
region_end(struct region *region)
{
    obstack_free(&region->stack, region->bottom);
}

MM_INLINE void
mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
          size_t new_n)
{
    void *obj = obstack_resize(m->level, slot->ptr_, regions_bytes(type, old_n),
                               regions_bytes(type, new_n),
                               type->align ? type->align : MM_ALIGN_DEFAULT);
    if (MM_UNLIKELY(!obj))
        mm_exhausted(mm_size(type, new_n), 0);
    null_refs_grown(type, obj, old_n, new_n);
    slot->ptr_ = obj;
}
