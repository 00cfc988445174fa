/* spans_memory.c -- the memory of spans in hand: asked of the system and returned, without a lock.
 *
 * Cost: a walk over the entries of the span, and a system call where memory comes or goes. */
#include "parts/spans_memory.h"

void
spans_note_units(struct span *span)
{
    uint32_t pages = span->committed_pages;
    for (uint32_t i = 0; i < span->units; i++) {
        span[i].committed_pages = pages < SPAN_UNIT_PAGES ? pages : SPAN_UNIT_PAGES;
        pages -= span[i].committed_pages;
    }
}

void
spans_drop_units(struct spans *spans, struct span *span, uint32_t from, uint32_t mutator)
{
    char *start = spans_start(spans, span);
    uint64_t begin = events_begin(&spans->events);
    size_t dropped = 0;
    for (uint32_t i = from; i < span->units;) {
        uint32_t run = i, pages = 0;
        do {
            pages += span[i].committed_pages;
            span[i].committed_pages = 0;
        } while (++i < span->units && pages == (i - run) * SPAN_UNIT_PAGES &&
                 span[i].committed_pages > 0);
        if (pages == 0)
            continue;
        pages_drop(&spans->pages, start + (size_t)run * SPAN_UNIT_BYTES,
                   (size_t)pages * PAGES_BYTES);
        pages_close(start + (size_t)run * SPAN_UNIT_BYTES, (size_t)(i - run) * SPAN_UNIT_BYTES);
        dropped += (size_t)pages * PAGES_BYTES;
    }
    if (dropped)
        events_end(&spans->events, MM_EVENT_PAGE_RETURN, mutator, begin, dropped);
}

/* The pages that unit i must have for a span to have its first `pages`. */
static uint32_t
spans_share(uint32_t pages, uint32_t i)
{
    uint32_t before = i * SPAN_UNIT_PAGES;
    if (pages <= before)
        return 0;
    return pages - before < SPAN_UNIT_PAGES ? pages - before : SPAN_UNIT_PAGES;
}

static bool
spans_open_units(struct spans *spans, const struct span *span, uint32_t units)
{
    char *start = spans_start(spans, span);
    for (uint32_t i = 0, run; i < units; i++) {
        for (run = i; run < units && span[run].committed_pages == 0; run++)
            ;
        if (run > i &&
            !pages_open(start + (size_t)i * SPAN_UNIT_BYTES, (size_t)(run - i) * SPAN_UNIT_BYTES))
            return false;
        i = run;
    }
    return true;
}

/* How many of the first `pages`, in so many units, are not there, of which `from` is the first. */
static uint32_t
spans_missing(const struct span *span, uint32_t pages, uint32_t units, uint32_t *from)
{
    uint32_t missing = 0;
    for (uint32_t i = 0; i < units; i++) {
        uint32_t share = spans_share(pages, i), have = span[i].committed_pages;
        if (share <= have)
            continue;
        if (missing == 0)
            *from = i * SPAN_UNIT_PAGES + have;
        missing += share - have;
    }
    return missing;
}

bool
spans_fill_to(struct spans *spans, struct span *span, uint32_t pages, uint32_t mutator)
{
    uint32_t units = spans_units((size_t)pages * PAGES_BYTES), from = 0;
    uint32_t missing = spans_missing(span, pages, units, &from);
    if (missing == 0)
        return true;
    uint64_t begin = events_begin(&spans->events);
    size_t bytes = (size_t)missing * PAGES_BYTES;
    if (!pages_charge(&spans->pages, bytes))
        return false;
    if (!spans_open_units(spans, span, units)) {
        pages_uncharge(&spans->pages, bytes);
        return false;
    }
    pages_touch(&spans->pages, spans_start(spans, span) + (size_t)from * PAGES_BYTES,
                (size_t)(pages - from) * PAGES_BYTES);
    for (uint32_t i = 0; i < units; i++) {
        uint32_t share = spans_share(pages, i);
        if (share > span[i].committed_pages)
            span[i].committed_pages = share;
    }
    events_end(&spans->events, MM_EVENT_PAGE_REQUEST, mutator, begin, bytes);
    return true;
}

void
spans_sum_up(struct spans *spans, struct span *span, uint32_t mutator)
{
    uint32_t pages = span->committed_pages, i = 1;
    for (; i < span->units && pages == i * SPAN_UNIT_PAGES; i++)
        pages += span[i].committed_pages;
    spans_drop_units(spans, span, i, mutator);
    span->committed_pages = pages;
}

bool
spans_fill(struct spans *spans, struct span *span, size_t need, size_t want, uint32_t mutator)
{
    return (want > need && spans_fill_to(spans, span, spans_pages(want), mutator)) ||
           spans_fill_to(spans, span, spans_pages(need), mutator);
}

bool
spans_commit(struct spans *spans, struct span *span, size_t need, size_t want, uint32_t mutator)
{
    if (span_committed(span) >= need)
        return true;
    spans_note_units(span);
    bool filled = spans_fill(spans, span, need, want, mutator);
    spans_sum_up(spans, span, mutator);
    return filled;
}

void
spans_uncommit(struct spans *spans, struct span *span, size_t keep, uint32_t mutator)
{
    uint32_t pages = spans_pages(keep), units = spans_units(keep);
    if (pages >= span->committed_pages)
        return;
    char *start = spans_start(spans, span);
    size_t excess = (size_t)(span->committed_pages - pages) * PAGES_BYTES;
    uint32_t opened = spans_units(span_committed(span));
    uint64_t begin = events_begin(&spans->events);
    pages_drop(&spans->pages, start + (size_t)pages * PAGES_BYTES, excess);
    if (units < opened)
        pages_close(start + (size_t)units * SPAN_UNIT_BYTES,
                    (size_t)(opened - units) * SPAN_UNIT_BYTES);
    span->committed_pages = pages;
    events_end(&spans->events, MM_EVENT_PAGE_RETURN, mutator, begin, excess);
}
