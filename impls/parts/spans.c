/* spans.c -- see spans.h.  Free spans are kept in bins by length and coalesced through their
 * first and last entries (boundary tags: Knuth 1973, section 2.5); what was given back lately
 * stays committed in the caches, so that a size that comes and goes makes no system calls.
 *
 * Cost: a lock and a few list operations; a system call where memory comes or goes. */
#include "parts/spans.h"

#include "parts/assert.h"

#define SPAN_CACHE_FLOOR ((size_t)16 << 20)
enum {
    SPAN_SEARCH_MAX = 64, /* cached spans looked at for a large object */
    SPAN_BATCH_MAX = 16,  /* units committed at once when one is wanted */
};

void
span_list_push(struct span_list *list, struct span *span)
{
    span->prev = NULL;
    span->next = list->first;
    if (list->first)
        list->first->prev = span;
    else
        list->last = span;
    list->first = span;
}

void
span_list_push_last(struct span_list *list, struct span *span)
{
    span->next = NULL;
    span->prev = list->last;
    if (list->last)
        list->last->next = span;
    else
        list->first = span;
    list->last = span;
}

void
span_list_remove(struct span_list *list, struct span *span)
{
    if (span->prev)
        span->prev->next = span->next;
    else
        list->first = span->next;
    if (span->next)
        span->next->prev = span->prev;
    else
        list->last = span->prev;
    span->next = span->prev = NULL;
}

static size_t
spans_region_bytes(const struct spans *spans)
{
    return (size_t)spans->units_max * SPAN_UNIT_BYTES;
}

/* As much address space as there is, within bounds. */
static bool
spans_reserve(struct spans *spans, const struct pages *pages)
{
    for (spans->units_max = SPAN_UNITS_MAX; spans->units_max >= SPAN_UNITS_MIN;
         spans->units_max /= 2) {
        spans->base = pages_reserve(pages, spans_region_bytes(spans));
        if (spans->base)
            return true;
    }
    return false;
}

bool
spans_init(struct spans *spans, const struct pages *pages, const struct mm_config *config)
{
    *spans = (struct spans){ .pages = *pages };
    events_init(&spans->events, config);
    pthread_mutex_init(&spans->lock, NULL);
    struct pages plain = *pages; /* the table is sparse: no huge pages for it */
    plain.huge = false;
    if (spans_reserve(spans, pages) &&
        growing_init(&spans->table, &plain, spans->units_max * sizeof(struct span))) {
        spans->bias = (uintptr_t)spans->table.base -
                      ((uintptr_t)spans->base >> SPAN_UNIT_SHIFT) * sizeof(struct span);
        return true;
    }
    spans_release(spans);
    return false;
}

static struct span *
spans_first(const struct spans *spans)
{
    return (struct span *)(void *)spans->table.base;
}

void
spans_release(struct spans *spans)
{
    size_t committed = 0;
    for (uint32_t i = 0; i < spans->top; i += spans_first(spans)[i].units)
        committed += span_committed(&spans_first(spans)[i]);
    if (spans->base)
        pages_release(&spans->pages, spans->base, spans_region_bytes(spans), committed);
    growing_release(&spans->table, &spans->pages);
    pthread_mutex_destroy(&spans->lock);
}

static size_t
spans_whole_pages(size_t bytes)
{
    return (bytes + PAGES_BYTES - 1) & ~(size_t)(PAGES_BYTES - 1);
}

static size_t
spans_whole_units(size_t bytes)
{
    return (bytes + SPAN_UNIT_BYTES - 1) & ~(size_t)(SPAN_UNIT_BYTES - 1);
}

/* -- free spans; with the lock -- */

static unsigned
spans_bin(uint32_t units)
{
    return units < SPAN_BINS ? units : SPAN_BINS - 1;
}

static void
spans_bin_add(struct spans *spans, struct span *span, uint32_t units)
{
    unsigned bin = spans_bin(units);
    span->units = units;
    span->offset = 0;
    MM_STORE_RELAXED(&span->kind, SPAN_FREE);
    span[units - 1].offset = units - 1;
    MM_STORE_RELAXED(&span[units - 1].kind, SPAN_FREE);
    span_list_push(&spans->bins[bin], span);
    spans->bin_used |= UINT64_C(1) << bin;
}

static void
spans_bin_remove(struct spans *spans, struct span *span)
{
    unsigned bin = spans_bin(span->units);
    span_list_remove(&spans->bins[bin], span);
    if (!spans->bins[bin].first)
        spans->bin_used &= ~(UINT64_C(1) << bin);
}

/* The units of a span without memory become free, and join those beside them. */
static void
spans_free_units(struct spans *spans, struct span *span, uint32_t units)
{
    for (uint32_t i = 0; i < units; i++) {
        MM_STORE_RELAXED(&span[i].kind, SPAN_FREE);
        span[i].committed_pages = 0;
    }
    struct span *first = spans_first(spans), *end = first + spans->top;
    if (span > first && span_kind(&span[-1]) == SPAN_FREE) {
        struct span *before = span - 1 - span[-1].offset;
        spans_bin_remove(spans, before);
        units += before->units;
        span = before;
    }
    if (span + units < end && span_kind(&span[units]) == SPAN_FREE) {
        struct span *behind = span + units;
        spans_bin_remove(spans, behind);
        units += behind->units;
    }
    if (span + units == end)
        spans->top -= units;
    else
        spans_bin_add(spans, span, units);
}

static void
spans_mark_inner(struct span *span, uint32_t from)
{
    for (uint32_t i = from; i < span->units; i++) {
        span[i].offset = i;
        span[i].committed_pages = 0;
        MM_STORE_RELAXED(&span[i].kind, SPAN_INNER);
    }
}

/* The best fit among the free spans, or NULL. */
static struct span *
spans_find_free(struct spans *spans, uint32_t units)
{
    uint64_t fitting = spans->bin_used & ~((UINT64_C(1) << spans_bin(units)) - 1);
    if (!fitting)
        return NULL;
    unsigned bin = (unsigned)__builtin_ctzll(fitting);
    struct span *best = NULL;
    for (struct span *span = spans->bins[bin].first; span; span = span->next) {
        if (bin < SPAN_BINS - 1)
            return span;
        if (span->units >= units && (!best || span->units < best->units))
            best = span;
    }
    return best;
}

/* A span of exactly `units` units without memory; NULL: no room, or none for the table. */
static struct span *
spans_carve(struct spans *spans, uint32_t units)
{
    struct span *span = spans_find_free(spans, units);
    if (span) {
        uint32_t rest = span->units - units;
        spans_bin_remove(spans, span);
        if (rest)
            spans_bin_add(spans, span + units, rest);
    } else {
        size_t bytes = ((size_t)spans->top + units) * sizeof(struct span);
        if (units > spans->units_max - spans->top ||
            !growing_ensure(&spans->table, &spans->pages, bytes, bytes))
            return NULL;
        span = spans_first(spans) + spans->top;
        spans->top += units;
    }
    *span = (struct span){ .units = units, .kind = SPAN_CACHED, .clean = true };
    spans_mark_inner(span, 1);
    return span;
}

/* -- warm spans -- */

static struct span_list *
spans_cache_of(struct spans *spans, uint32_t units)
{
    return &spans->cached[units == 1 ? 0 : units == 4 ? 1 : 2];
}

static void
spans_cache_push(struct spans *spans, struct span *span)
{
    MM_STORE_RELAXED(&span->kind, SPAN_CACHED);
    span->clean = false;
    span_list_push(spans_cache_of(spans, span->units), span);
    spans->cached_bytes += span_committed(span);
}

static void
spans_cache_remove(struct spans *spans, struct span *span)
{
    span_list_remove(spans_cache_of(spans, span->units), span);
    spans->cached_bytes -= span_committed(span);
}

/* The best fit among the newest. */
static struct span *
spans_find_cached(struct spans *spans, uint32_t units)
{
    struct span *best = NULL;
    unsigned seen = 0;
    for (struct span *span = spans_cache_of(spans, units)->first; span; span = span->next) {
        if (span->units == units)
            return span;
        if (span->units > units && (!best || span->units < best->units))
            best = span;
        if (++seen == SPAN_SEARCH_MAX)
            break;
    }
    return best;
}

/* What a warm span has beyond `units` becomes a span of its own, as warm as it is. */
static void
spans_split(struct spans *spans, struct span *span, uint32_t units)
{
    uint32_t pages = span->committed_pages, own = units * (SPAN_UNIT_BYTES / PAGES_BYTES);
    struct span *rest = span + units;
    *rest = (struct span){
        .units = span->units - units,
        .committed_pages = pages > own ? pages - own : 0,
        .kind = SPAN_CACHED,
    };
    spans_mark_inner(rest, 1);
    span->units = units;
    span->committed_pages = pages > own ? own : pages;
    if (rest->committed_pages)
        spans_cache_push(spans, rest);
    else
        spans_free_units(spans, rest, rest->units);
}

/* A warm span of at least `units`, and at most a quarter more; NULL: none. */
static struct span *
spans_take_cached(struct spans *spans, uint32_t units)
{
    pthread_mutex_lock(&spans->lock);
    struct span *span = spans_find_cached(spans, units);
    if (span) {
        spans_cache_remove(spans, span);
        if (span->units - units > units / 4)
            spans_split(spans, span, units);
    }
    pthread_mutex_unlock(&spans->lock);
    return span;
}

void
spans_uncommit(struct spans *spans, struct span *span, size_t keep, uint32_t mutator)
{
    keep = spans_whole_pages(keep);
    if (keep >= span_committed(span))
        return;
    char *start = spans_start(spans, span);
    size_t excess = span_committed(span) - keep, open = spans_whole_units(keep);
    size_t opened = spans_whole_units(span_committed(span));
    uint64_t begin = events_begin(&spans->events);
    pages_drop(&spans->pages, start + keep, excess);
    if (open < opened)
        pages_close(start + open, opened - open);
    span->committed_pages = (uint32_t)(keep / PAGES_BYTES);
    events_end(&spans->events, MM_EVENT_PAGE_RETURN, mutator, begin, excess);
}

/* Returns cached spans, oldest and longest first, until at most `bound` bytes are cached. */
static void
spans_evict(struct spans *spans, size_t bound, uint32_t mutator)
{
    for (;;) {
        struct span *span = NULL;
        pthread_mutex_lock(&spans->lock);
        if (spans->cached_bytes > bound)
            for (int i = SPAN_CACHES - 1; i >= 0 && !span; i--)
                span = spans->cached[i].last;
        if (span)
            spans_cache_remove(spans, span);
        pthread_mutex_unlock(&spans->lock);
        if (!span)
            return;
        spans_uncommit(spans, span, 0, mutator);
        pthread_mutex_lock(&spans->lock);
        spans_free_units(spans, span, span->units);
        pthread_mutex_unlock(&spans->lock);
    }
}

bool
spans_trim(struct spans *spans, size_t bytes, uint32_t mutator)
{
    pthread_mutex_lock(&spans->lock);
    size_t cached = spans->cached_bytes;
    pthread_mutex_unlock(&spans->lock);
    spans_evict(spans, cached > bytes ? cached - bytes : 0, mutator);
    return cached > 0;
}

void
spans_give(struct spans *spans, struct span *span, uint32_t mutator)
{
    pthread_mutex_lock(&spans->lock);
    spans_cache_push(spans, span);
    size_t bound = MM_LOAD_RELAXED(&spans->pages.held) / 4, cached = spans->cached_bytes;
    pthread_mutex_unlock(&spans->lock);
    if (bound < SPAN_CACHE_FLOOR)
        bound = SPAN_CACHE_FLOOR;
    if (cached > bound)
        spans_evict(spans, bound, mutator);
}

/* -- memory -- */

/* Counts by the page and opens by the unit. */
static bool
spans_commit_to(struct spans *spans, struct span *span, size_t bytes, uint32_t mutator)
{
    size_t have = span_committed(span), opened = spans_whole_units(have);
    uint64_t begin = events_begin(&spans->events);
    if (!pages_charge(&spans->pages, bytes - have))
        return false;
    if (bytes > opened &&
        !pages_open(spans_start(spans, span) + opened, spans_whole_units(bytes) - opened)) {
        pages_uncharge(&spans->pages, bytes - have);
        return false;
    }
    span->committed_pages = (uint32_t)(bytes / PAGES_BYTES);
    events_end(&spans->events, MM_EVENT_PAGE_REQUEST, mutator, begin, bytes - have);
    return true;
}

bool
spans_commit(struct spans *spans, struct span *span, size_t need, size_t want, uint32_t mutator)
{
    need = spans_whole_pages(need);
    want = spans_whole_pages(want);
    if (span_committed(span) >= need)
        return true;
    return (want > need && spans_commit_to(spans, span, want, mutator)) ||
           spans_commit_to(spans, span, need, mutator);
}

/* A heap of some size takes its units by the dozen: one system call for all of them. */
static struct span *
spans_take_batch(struct spans *spans, uint32_t mutator)
{
    size_t batch = MM_LOAD_RELAXED(&spans->pages.held) / 8 / SPAN_UNIT_BYTES;
    if (batch < 2)
        return NULL;
    if (batch > SPAN_BATCH_MAX)
        batch = SPAN_BATCH_MAX;
    pthread_mutex_lock(&spans->lock);
    struct span *span = spans_carve(spans, (uint32_t)batch);
    pthread_mutex_unlock(&spans->lock);
    if (!span)
        return NULL;
    bool committed = spans_commit_to(spans, span, batch * SPAN_UNIT_BYTES, mutator);
    pthread_mutex_lock(&spans->lock);
    if (!committed) {
        spans_free_units(spans, span, span->units);
        span = NULL;
    }
    for (size_t i = batch; span && i-- > 0;) {
        span[i] = (struct span){
            .units = 1,
            .committed_pages = SPAN_UNIT_BYTES / PAGES_BYTES,
            .kind = SPAN_CACHED,
        };
        if (i > 0)
            spans_cache_push(spans, &span[i]);
    }
    pthread_mutex_unlock(&spans->lock);
    return span;
}

struct span *
spans_take(struct spans *spans, uint32_t units, size_t need, size_t want, uint32_t mutator)
{
    struct span *span = spans_take_cached(spans, units);
    if (!span && units == 1 && want == SPAN_UNIT_BYTES)
        span = spans_take_batch(spans, mutator);
    if (!span) {
        pthread_mutex_lock(&spans->lock);
        span = spans_carve(spans, units);
        pthread_mutex_unlock(&spans->lock);
    }
    if (!span)
        return NULL;
    if (spans_commit(spans, span, need, want, mutator))
        return span;
    spans_uncommit(spans, span, 0, mutator);
    pthread_mutex_lock(&spans->lock);
    spans_free_units(spans, span, span->units);
    pthread_mutex_unlock(&spans->lock);
    return NULL;
}

/* Takes free units behind a span, until it has `units`. */
static bool
spans_lengthen(struct spans *spans, struct span *span, uint32_t units)
{
    struct span *behind = span + span->units, *end = spans_first(spans) + spans->top;
    uint32_t more = units - span->units, old = span->units;
    if (behind == end) {
        size_t bytes = ((size_t)spans->top + more) * sizeof(struct span);
        if (more > spans->units_max - spans->top ||
            !growing_ensure(&spans->table, &spans->pages, bytes, bytes))
            return false;
        spans->top += more;
    } else {
        if (span_kind(behind) != SPAN_FREE || behind->units < more)
            return false;
        uint32_t rest = behind->units - more;
        spans_bin_remove(spans, behind);
        if (rest)
            spans_bin_add(spans, behind + more, rest);
    }
    span->units = units;
    spans_mark_inner(span, old);
    return true;
}

bool
spans_resize(struct spans *spans, struct span *span, size_t bytes, uint32_t mutator)
{
    if (bytes > spans_region_bytes(spans))
        return false;
    size_t whole = spans_whole_pages(bytes);
    uint32_t units = (uint32_t)((bytes + SPAN_UNIT_BYTES - 1) / SPAN_UNIT_BYTES);
    bool fits = true;
    spans_uncommit(spans, span, whole, mutator);
    pthread_mutex_lock(&spans->lock);
    if (units > span->units) {
        fits = spans_lengthen(spans, span, units);
    } else if (units < span->units) {
        uint32_t rest = span->units - units;
        span->units = units;
        spans_free_units(spans, span + units, rest);
    }
    pthread_mutex_unlock(&spans->lock);
    return fits && spans_commit(spans, span, whole, whole, mutator);
}

/* -- invariants -- */

void
spans_verify(struct spans *spans)
{
    size_t cached = 0;
    bool before_free = false;
    const struct span *first = spans_first(spans);
    uint32_t at = 0;
    while (at < spans->top) {
        const struct span *span = first + at;
        mm_assert(span->units > 0 && span_kind(span) != SPAN_INNER); /* S1 */
        mm_assert(!(before_free && span_kind(span) == SPAN_FREE));   /* S2 */
        before_free = span_kind(span) == SPAN_FREE;
        if (before_free) {
            mm_assert(span->committed_pages == 0);                      /* S3 */
            mm_assert(spans->bin_used >> spans_bin(span->units) & 1);   /* S3 */
            mm_assert(span[span->units - 1].offset == span->units - 1); /* S3 */
        } else {
            for (uint32_t i = 1; i < span->units; i++)
                mm_assert(span[i].kind == SPAN_INNER && span[i].offset == i); /* S5 */
        }
        for (uint32_t i = 0; i < span->units; i++) {
            bool is_slab = i == 0 && span_kind(span) == SPAN_SLAB;
            mm_assert((MM_LOAD_RELAXED(&span[i].owner) != NULL) == is_slab); /* S6 */
        }
        if (span_kind(span) == SPAN_CACHED)
            cached += span_committed(span);
        at += span->units;
    }
    mm_assert(at == spans->top);              /* S1 */
    mm_assert(!before_free);                  /* S2 */
    mm_assert(cached == spans->cached_bytes); /* S4 */
}
