/* jemalloc.c -- the books of jemalloc, as its mallctl interface keeps them. */
#define _GNU_SOURCE
#include "mm.h"

#include <dlfcn.h>
#include <stdio.h>

struct mm_heap {
    char unused;
};

static struct mm_heap jemalloc_heap;

/* "5.3.0-0-g54eaed1..": the commit is cut off. */
static const char *
jemalloc_version(void)
{
    static char text[48];
    const char *version;
    size_t size = sizeof version;
    if (mallctl("version", &version, &size, NULL, 0) != 0)
        version = JEMALLOC_VERSION;
    snprintf(text, sizeof text, "jemalloc %.*s", (int)strcspn(version, "-"), version);
    return text;
}

const struct mm_manager MM_MANAGER = {
    .name = "jemalloc",
    .summary = "jemalloc, with sized frees",
    .version = jemalloc_version,
    .max_threads = MM_ANY_THREADS,
};

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    (void)config;
    return &jemalloc_heap;
}

static uint64_t
jemalloc_figure(const char *name)
{
    size_t value;
    size_t size = sizeof value;
    return mallctl(name, &value, &size, NULL, 0) == 0 ? value : MM_UNKNOWN;
}

/* stats.resident: pages in use, pages kept for reuse, and tables; stats.mapped would leave out
 * the kept pages.  jemalloc keeps no peak.  Its figures stand still until the epoch is told to go
 * on; what a thread's cache holds counts as allocated. */
void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    (void)heap;
    uint64_t epoch = 1;
    (void)mallctl("epoch", NULL, NULL, &epoch, sizeof epoch);
    *out = (struct mm_stats){
        .held_bytes = jemalloc_figure("stats.resident"),
        .peak_held_bytes = MM_UNKNOWN,
        .live_bytes = jemalloc_figure("stats.allocated"),
        .owed_bytes = 0,
        .collections = 0,
        MM_STATS_NOT_COUNTED,
    };
}

/* jemalloc knows of each of its addresses which arena it belongs to, but must not be asked about
 * others; so it is also proven that malloc, as this process calls it, is jemalloc's. */
bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    (void)heap;
    Dl_info ours, theirs;
    void *(*allocate)(size_t) = malloc;
    void (*release)(void *, size_t, int) = sdallocx;
    void *ours_at, *theirs_at;
    memcpy(&ours_at, &allocate, sizeof ours_at);
    memcpy(&theirs_at, &release, sizeof theirs_at);
    if (!dladdr(ours_at, &ours) || !dladdr(theirs_at, &theirs) ||
        ours.dli_fbase != theirs.dli_fbase)
        return false;
    unsigned arena;
    size_t size = sizeof arena;
    void *address = (void *)(uintptr_t)obj;
    return mallctl("arenas.lookup", &arena, &size, &address, sizeof address) == 0;
}
