/* pooled_so.c -- the books of libheapstakes-pooled.so, as its mallinfo2 keeps them. */
#define _GNU_SOURCE
#include "mm.h"

#include <dlfcn.h>
#include <malloc.h>

struct mm_heap {
    char unused;
};

static struct mm_heap pooled_so_heap;

/* Not NULL: it has no limit to obey, like a peer. */
static const char *
pooled_so_version(void)
{
    return "pooled-so 0.1.0";
}

const struct mm_manager MM_MANAGER = {
    .name = "pooled-so",
    .summary = "the slabs of pooled as a malloc, in a shared library",
    .version = pooled_so_version,
    .max_threads = MM_ANY_THREADS,
};

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    (void)config;
    return &pooled_so_heap;
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    (void)heap;
    struct mallinfo2 info = mallinfo2();
    *out = (struct mm_stats){
        .held_bytes = info.arena,
        .peak_held_bytes = info.usmblks,
        .live_bytes = MM_UNKNOWN,
        .owed_bytes = MM_UNKNOWN,
        .collections = 0,
        MM_STATS_NOT_COUNTED,
    };
}

/* That malloc, as this process calls it, is the library's, which knows its own addresses. */
bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    (void)heap;
    Dl_info info;
    void *(*allocate)(size_t) = malloc;
    void *at;
    memcpy(&at, &allocate, sizeof at);
    return dladdr(at, &info) && info.dli_fname && strstr(info.dli_fname, "libheapstakes-pooled") &&
           malloc_usable_size((void *)(uintptr_t)obj) > 0;
}
