/* apr.c -- how the pools are made, and what is in them. */
#include "mm.h"

#include <apr-1.0/apr_allocator.h>
#include <apr-1.0/apr_general.h>
#include <apr-1.0/apr_version.h>
#include <stdio.h>

static const char *
apr_manager_version(void)
{
    static char version[32];
    snprintf(version, sizeof version, "APR %s", apr_version_string());
    return version;
}

const struct mm_manager MM_MANAGER = {
    .name = "apr",
    .summary = "pools of the Apache Portable Runtime, one for each nested scope",
    .version = apr_manager_version,
    .max_threads = MM_ANY_THREADS,
};

/* APR_MEMNODE_T_SIZE, which does not compile without a warning. */
enum { APR_NODE_BYTES = (sizeof(apr_memnode_t) + 7) / 8 * 8 };

/* A child of the mutator's first pool, with whose allocator it shares what is free. */
void
apr_region_make(struct mm_mutator *m, struct region *region)
{
    if (apr_pool_create(&region->pool, m->levels->pool) != APR_SUCCESS)
        mm_exhausted(sizeof *m, 0);
}

/* -- for regions.c -- */

void
regions_start(void)
{
    if (apr_initialize() != APR_SUCCESS)
        mm_exhausted(sizeof(struct mm_mutator), 0);
}

void
regions_stop(void)
{
    apr_terminate();
}

/* Without a parent, and with an allocator of its own: no lock, since one thread uses it. */
bool
regions_open(struct mm_mutator *m)
{
    return apr_pool_create_unmanaged_ex(&m->levels->pool, NULL, NULL) == APR_SUCCESS;
}

void
regions_close(struct mm_mutator *m)
{
    apr_pool_destroy(m->levels->pool);
}

/* What an allocator keeps for later it does not tell. */
void
regions_books(struct malloc_books *books, struct mm_stats *out)
{
    (void)books;
    *out = (struct mm_stats){
        .held_bytes = MM_UNKNOWN,
        .peak_held_bytes = MM_UNKNOWN,
        .owed_bytes = 0,
        .collections = 0,
        MM_STATS_NOT_COUNTED,
    };
}

/* A pool lies at the beginning of its first node; its nodes are a ring. */
static const apr_memnode_t *
apr_region_node(const struct region *region)
{
    return (const apr_memnode_t *)(const void *)((const char *)region->pool - APR_NODE_BYTES);
}

size_t
region_used(const struct region *region)
{
    const apr_memnode_t *first = apr_region_node(region), *node = first;
    size_t used = 0;
    do
        used += (size_t)(node->first_avail - (const char *)node) - APR_NODE_BYTES;
    while ((node = node->next) != first);
    return used;
}

bool
region_owns(const struct region *region, const void *obj)
{
    const apr_memnode_t *first = apr_region_node(region), *node = first;
    const char *at = obj;
    do
        if (at >= (const char *)node + APR_NODE_BYTES && at < node->first_avail)
            return true;
    while ((node = node->next) != first);
    return false;
}
