/* mimalloc.c -- the books of mimalloc, as it keeps them for the whole process. */
#include "mm.h"

#include <stdio.h>
#include <stdlib.h>

struct mm_heap {
    char unused;
};

static struct mm_heap mimalloc_heap;

/* 209: one digit major, two minor; mimalloc writes it as 2.0.9. */
static const char *
mimalloc_version(void)
{
    static char text[32];
    int version = mi_version();
    snprintf(text, sizeof text, "mimalloc %d.%d.%d", version / 100, version / 10 % 10,
             version % 10);
    return text;
}

const struct mm_manager MM_MANAGER = {
    .name = "mimalloc",
    .summary = "mimalloc, with its call for small objects",
    .version = mimalloc_version,
    .max_threads = MM_ANY_THREADS,
};

/* Only now is anything of mimalloc's asked of the system, so the option comes in time. */
struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    mi_option_set_enabled(mi_option_large_os_pages, config->huge_pages);
    return &mimalloc_heap;
}

/* Committed bytes: usable and not given back, with the segments' own tables.  A thread's share of
 * the statistics is merged when it ends, but these are counted for all at once. */
void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    (void)heap;
    size_t elapsed, user, system, rss, peak_rss, commit, peak_commit, faults;
    mi_process_info(&elapsed, &user, &system, &rss, &peak_rss, &commit, &peak_commit, &faults);
    *out = (struct mm_stats){
        .held_bytes = commit,
        .peak_held_bytes = peak_commit,
        .live_bytes = MM_UNKNOWN,
        .owed_bytes = MM_UNKNOWN,
        .collections = 0,
        MM_STATS_NOT_COUNTED,
    };
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    (void)heap;
    return mi_is_in_heap_region(obj);
}
