/* slabs_large.c -- objects above SIZE_CLASS_MAX: each in a span of its own, and not always at its
 * start.
 *
 * A processor's cache finds a line by the low bits of its address, so the first words of all pages
 * share a 64th of it.  If all large objects began with a page, so would most of what a program
 * touches of each page of each.  So an object begins somewhere in the slack of its last page, which
 * it has anyway; where, depends on its span, so that one which comes again finds the same lines. */
#include "parts/slabs.h"

enum { SLABS_LINE_BYTES = 64, SLABS_PAGE_LINES = PAGES_BYTES / SLABS_LINE_BYTES };

size_t
slabs_lead(const void *start, size_t bytes)
{
    uint32_t unit = (uint32_t)((uintptr_t)start >> SPAN_UNIT_SHIFT);
    uint32_t pick = unit * UINT32_C(2654435769) / (UINT32_MAX / SLABS_PAGE_LINES + 1);
    size_t slack_lines = (-bytes & (PAGES_BYTES - 1)) / SLABS_LINE_BYTES;
    return pick * (slack_lines + 1) / SLABS_PAGE_LINES * SLABS_LINE_BYTES;
}

void *
slabs_take_large(struct slab_cache *cache, size_t bytes)
{
    struct spans *spans = &cache->slabs->spans;
    if (bytes > (size_t)SPAN_UNITS_MAX << SPAN_UNIT_SHIFT)
        return NULL;
    uint32_t units = spans_units(bytes);
    struct span *span = slabs_take_span(cache, units, bytes, bytes);
    if (!span)
        return NULL;
    MM_STORE_RELAXED(&span->kind, SPAN_LARGE);
    /* Memory behind the end, in the last unit, is kept for the next one there if it can be. */
    if (span_committed(span) - bytes > bytes / 8 + PAGES_BYTES && pages_are_short(&spans->pages))
        (void)spans_resize(spans, span, bytes, cache->ordinal);
    return spans_start(spans, span);
}

void
slabs_free_large(struct slab_cache *cache, void *obj)
{
    slabs_give_span(cache, spans_entry(cache->bias, obj));
}

bool
slabs_resize_large(struct slab_cache *cache, void *obj, size_t bytes)
{
    size_t lead = (uintptr_t)obj & (SPAN_UNIT_BYTES - 1);
    struct span *span = spans_entry(cache->bias, obj);
    return bytes <= SIZE_MAX - lead &&
           spans_resize(&cache->slabs->spans, span, bytes + lead, cache->ordinal);
}
