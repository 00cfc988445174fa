/* tcmalloc.c -- the books of gperftools' tcmalloc, as its extension interface keeps them. */
#include "mm.h"

#include <gperftools/malloc_extension_c.h>
#include <stdlib.h>

struct mm_heap {
    char unused;
};

static struct mm_heap tcmalloc_heap;

/* "gperftools 2.10", in its own words. */
static const char *
tcmalloc_version(void)
{
    int major, minor;
    const char *patch;
    return tc_version(&major, &minor, &patch);
}

const struct mm_manager MM_MANAGER = {
    .name = "tcmalloc",
    .summary = "tcmalloc of gperftools, with sized frees",
    .version = tcmalloc_version,
    .max_threads = MM_ANY_THREADS,
};

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    (void)config;
    return &tcmalloc_heap;
}

static uint64_t
tcmalloc_figure(const char *name)
{
    size_t value;
    return MallocExtension_GetNumericProperty(name, &value) ? value : MM_UNKNOWN;
}

/* generic.total_physical_bytes: taken from the system and not given back, tables included.
 * tcmalloc keeps no peak.  Objects in a thread's cache are not counted as allocated. */
void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    (void)heap;
    *out = (struct mm_stats){
        .held_bytes = tcmalloc_figure("generic.total_physical_bytes"),
        .peak_held_bytes = MM_UNKNOWN,
        .live_bytes = tcmalloc_figure("generic.current_allocated_bytes"),
        .owed_bytes = 0,
        .collections = 0,
        MM_STATS_NOT_COUNTED,
    };
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    (void)heap;
    return MallocExtension_GetOwnership(obj) == MallocExtension_kOwned;
}
