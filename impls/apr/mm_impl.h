/* apr -- the pools of the Apache Portable Runtime, one for each depth of nested scopes. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_safepoints.h"

#include <linux/limits.h> /* apr.h asks for PATH_MAX */

#include <apr-1.0/apr_pools.h>

struct region {
    apr_pool_t *pool; /* NULL until the depth is first used */
};

#include "parts/regions.h"
#include "parts/resize_by_copy.h"

MM_SLOW void apr_region_make(struct mm_mutator *m, struct region *region);

/* A pool aligns to 8; where a type asks for more, the bytes that this may take are added. */
MM_INLINE void *
region_new(struct region *region, size_t bytes, size_t align)
{
    size_t spare = align - MM_ALIGN_DEFAULT;
    char *obj = apr_palloc(region->pool, bytes + spare);
    MM_OPAQUE(obj);
    return spare && obj ? obj + (-(uintptr_t)obj & (align - 1)) : obj;
}

MM_INLINE void
region_begin(struct mm_mutator *m, struct region *region)
{
    if (MM_UNLIKELY(!region->pool))
        apr_region_make(m, region);
}

MM_INLINE void
region_end(struct region *region)
{
    apr_pool_clear(region->pool);
}
