/* span_cache.c -- see span_cache.h. */
#include "parts/span_cache.h"

/* Whether so many units may be kept: not where they would be missed. */
static bool
span_cache_may_keep(const struct pages *pages, uint32_t units)
{
    size_t held = MM_LOAD_RELAXED(&pages->held);
    return !pages_are_short(pages) && units <= SPAN_CACHE_UNITS &&
           units <= held / SPAN_CACHE_SHARE / SPAN_UNIT_BYTES;
}

bool
span_cache_keep(struct span_cache *cache, const struct spans *spans, struct span *span)
{
    uint32_t units = span->units;
    if (units > SPAN_CACHE_UNITS_EACH || cache->count == SPAN_CACHE_MAX ||
        !span_cache_may_keep(&spans->pages, cache->units + units))
        return false;
    span->free = NULL;
    span->clean = 0;
    MM_STORE_RELAXED(&span->note, 0);
    MM_STORE_RELAXED(&span->kind, SPAN_SPARE);
    cache->spans[cache->count++] = span;
    cache->units += units;
    return true;
}

struct span *
span_cache_take(struct span_cache *cache, uint32_t units, size_t need)
{
    uint32_t i = cache->count;
    while (i > 0 &&
           (cache->spans[i - 1]->units != units || span_committed(cache->spans[i - 1]) < need))
        i--;
    if (i == 0)
        return NULL;
    struct span *span = cache->spans[i - 1];
    for (; i < cache->count; i++)
        cache->spans[i - 1] = cache->spans[i];
    cache->count--;
    cache->units -= units;
    MM_STORE_RELAXED(&span->kind, SPAN_TAKEN);
    return span;
}

void
span_cache_empty(struct span_cache *cache, struct spans *spans, uint32_t mutator)
{
    while (cache->count > 0)
        spans_give(spans, cache->spans[--cache->count], mutator);
    cache->units = 0;
}
