/* family_watch.c -- see family_watch.h.  One bit for each 8 bytes of the heap's address space says
 * whether an object begins there; the map is as sparse as its use.  Setting and clearing a bit is
 * one atomic operation, so that of two threads that free the same object one is told. */
#include "family_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WATCH_GRAIN = 8, WATCH_LINE_BYTES = 256 };

static uint8_t *family_watch_map;

bool
family_watch_start(const struct slabs *slabs)
{
    const struct spans *spans = &slabs->spans;
    size_t bytes = (size_t)spans->units_max * SPAN_UNIT_BYTES / (8 * WATCH_GRAIN);
    uint8_t *map = pages_reserve(&spans->pages, bytes);
    if (!map || !pages_open(map, bytes))
        return false;
    family_watch_map = map;
    return true;
}

static size_t
family_watch_index(const void *obj)
{
    return ((uintptr_t)obj - (uintptr_t)family_cache->slabs->spans.base) / WATCH_GRAIN;
}

void
family_watch_begin(void *obj, size_t bytes)
{
    size_t index = family_watch_index(obj);
    uint8_t bit = (uint8_t)(1u << index % 8);
    uint8_t before = __atomic_fetch_or(&family_watch_map[index / 8], bit, __ATOMIC_RELAXED);
    mm_assert(!(before & bit)); /* no object is given out twice */
    if (bytes <= SIZE_CLASS_MAX)
        debug_fill(obj, DEBUG_FILL_FRESH, bytes);
}

/* What is wrong with a pointer at which no object begins. */
static void
family_watch_name(const void *obj, char *line, size_t line_bytes, const char *call)
{
    static const char *const library = "libheapstakes-pooled";
    const struct slab_cache *cache = family_cache;
    const struct span *span = NULL;
    if (cache->slabs && family_is_inside(cache, obj))
        span = family_span(cache, obj);
    if (!span) {
        snprintf(line, line_bytes, "%s: %s(%p): foreign pointer: it did not come from here\n",
                 library, call, obj);
        return;
    }
    const char *begin = spans_start(&cache->slabs->spans, span);
    size_t bytes = 0; /* of the object that was or is there, if that can be told */
    if (span_kind(span) == SPAN_SLAB) {
        bytes = span->cell_bytes;
        begin += ((size_t)((const char *)obj - begin) / bytes) * bytes;
    } else if (span_kind(span) == SPAN_LARGE) {
        bytes = span_committed(span);
        begin = span->free;
    }
    if (bytes && begin != obj)
        snprintf(line, line_bytes, "%s: %s(%p): interior pointer: %zu bytes into a cell of %zu\n",
                 library, call, obj, (size_t)((const char *)obj - begin), bytes);
    else if (bytes)
        snprintf(line, line_bytes, "%s: %s(%p): double free: this cell of %zu bytes is free\n",
                 library, call, obj, bytes);
    else
        snprintf(line, line_bytes, "%s: %s(%p): double free: all memory there is free\n", library,
                 call, obj);
}

void
family_watch_use(const char *call, void *obj, bool ends)
{
    bool is_inside = family_cache->slabs && family_is_inside(family_cache, obj) &&
                     (uintptr_t)obj % WATCH_GRAIN == 0;
    size_t index = is_inside ? family_watch_index(obj) : 0;
    uint8_t bit = (uint8_t)(1u << index % 8), before = 0;
    if (is_inside && ends)
        before = __atomic_fetch_and(&family_watch_map[index / 8], (uint8_t)~bit, __ATOMIC_RELAXED);
    else if (is_inside)
        before = MM_LOAD_RELAXED(&family_watch_map[index / 8]);
    if (before & bit) {
        const struct span *span = family_span(family_cache, obj);
        if (ends && span_kind(span) == SPAN_SLAB)
            debug_fill(obj, DEBUG_FILL_DEAD, span->cell_bytes);
        return;
    }
    char line[WATCH_LINE_BYTES];
    family_watch_name(obj, line, sizeof line, call);
    ssize_t written = write(STDERR_FILENO, line, strlen(line));
    (void)written;
    abort();
}
