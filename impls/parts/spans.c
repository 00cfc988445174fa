/* spans.c -- see spans.h.  Free spans are kept in bins by length and coalesced through their
 * first and last entries (boundary tags: Knuth 1973, section 2.5).  Best fit, the warm before the
 * cold, so that sizes that come and go make no system calls, whatever they are.
 *
 * Who commits or returns memory takes the span out of the books first, so that no system call is
 * made under the lock.
 *
 * Cost: a lock and a few list operations, an entry written for each unit; a system call where
 * memory comes or goes. */
#include "parts/spans.h"

#include "parts/spans_memory.h"

#include <sched.h>

#define SPAN_WARM_FLOOR ((size_t)32 << 20)
enum {
    SPAN_BATCH_MAX = 16, /* units committed at once when one is wanted */
    SPAN_RETURN_BYTES = 256 << 10,
    SPAN_RETURN_TIMES = 100, /* as long as it took to return so much, none is returned */
};

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
    *spans = (struct spans){ .pages = *pages, .waiter = MM_NO_MUTATOR };
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

void
spans_release(struct spans *spans)
{
    size_t pages = 0;
    const struct span *span = spans_first(spans), *end = span + spans->top;
    for (; span < end; span += span->units)
        pages += span_kind(span) == SPAN_FREE ? span->warm_pages : span->committed_pages;
    if (spans->base)
        pages_release(&spans->pages, spans->base, spans_region_bytes(spans), pages * PAGES_BYTES);
    growing_release(&spans->table, &spans->pages);
    pthread_mutex_destroy(&spans->lock);
}

/* -- who has something in hand -- */

static void
spans_begin_move(struct spans *spans)
{
    (void)__atomic_add_fetch(&spans->moving, 1, __ATOMIC_RELAXED);
}

/* `gave`: memory, or room, that another might have wanted, is in the books again. */
static void
spans_end_move(struct spans *spans, bool gave, uint32_t mutator)
{
    if (gave && MM_LOAD_RELAXED(&spans->waiter) != mutator)
        (void)__atomic_add_fetch(&spans->changes, 1, __ATOMIC_RELAXED);
    (void)__atomic_sub_fetch(&spans->moving, 1, __ATOMIC_RELEASE);
}

uint64_t
spans_settled(struct spans *spans, uint32_t mutator)
{
    MM_STORE_RELAXED(&spans->waiter, mutator);
    while (MM_LOAD_ACQUIRE(&spans->moving) > 0)
        (void)sched_yield();
    return MM_LOAD_RELAXED(&spans->changes);
}

/* -- free spans; with the lock -- */

static struct span_bins *
spans_bins_of(struct spans *spans, const struct span *span)
{
    return span->warm_pages ? &spans->warm : &spans->cold;
}

static void
spans_bin_add(struct spans *spans, struct span *span, uint32_t units, uint32_t warm_pages)
{
    unsigned bin = spans_bin(units);
    span->units = units;
    span->warm_pages = warm_pages;
    span->offset = 0;
    span[units - 1].offset = units - 1;
    struct span_bins *bins = spans_bins_of(spans, span);
    span_list_push(&bins->bins[bin], span);
    bins->used |= UINT64_C(1) << bin;
    spans->warm_bytes += (size_t)warm_pages * PAGES_BYTES;
}

static void
spans_bin_remove(struct spans *spans, struct span *span)
{
    unsigned bin = spans_bin(span->units);
    struct span_bins *bins = spans_bins_of(spans, span);
    span_list_remove(&bins->bins[bin], span);
    if (!bins->bins[bin].first)
        bins->used &= ~(UINT64_C(1) << bin);
    spans->warm_bytes -= (size_t)span->warm_pages * PAGES_BYTES;
}

/* Units whose entries say what they have become free, and join those beside them. */
static void
spans_join(struct spans *spans, struct span *span, uint32_t units)
{
    uint32_t warm_pages = 0;
    for (uint32_t i = 0; i < units; i++) {
        MM_STORE_RELAXED(&span[i].kind, SPAN_FREE);
        warm_pages += span[i].committed_pages;
    }
    struct span *first = spans_first(spans), *end = first + spans->top;
    if (span > first && span_kind(&span[-1]) == SPAN_FREE) {
        struct span *before = span - 1 - span[-1].offset;
        spans_bin_remove(spans, before);
        units += before->units;
        warm_pages += before->warm_pages;
        span = before;
    }
    if (span + units < end && span_kind(&span[units]) == SPAN_FREE) {
        struct span *behind = span + units;
        spans_bin_remove(spans, behind);
        units += behind->units;
        warm_pages += behind->warm_pages;
    }
    if (span + units == end && warm_pages == 0)
        MM_STORE_RELAXED(&spans->top, spans->top - units);
    else
        spans_bin_add(spans, span, units, warm_pages);
}

/* Units that were free are a span in someone's hand, from the entry `from` on; what each of
 * them has stays noted.  One without memory reads as zero when it gets some. */
static void
spans_mark_taken(struct span *span, uint32_t from, uint32_t units)
{
    if (from == 0) {
        uint32_t pages = span->committed_pages;
        *span = (struct span){ .committed_pages = pages, .kind = SPAN_TAKEN, .clean = pages == 0 };
        from = 1;
    }
    span->units = units;
    for (uint32_t i = from; i < units; i++) {
        span->clean &= span[i].committed_pages == 0;
        span[i].offset = i;
        MM_STORE_RELAXED(&span[i].kind, SPAN_INNER);
    }
}

/* The best fit, or NULL. */
static struct span *
spans_find(const struct span_bins *bins, uint32_t units)
{
    uint64_t fitting = bins->used & ~((UINT64_C(1) << spans_bin(units)) - 1);
    if (!fitting)
        return NULL;
    unsigned bin = (unsigned)__builtin_ctzll(fitting);
    struct span *best = NULL;
    for (struct span *span = bins->bins[bin].first; span; span = span->next) {
        if (bin < SPAN_BINS - 1)
            return span;
        if (span->units >= units && (!best || span->units < best->units))
            best = span;
    }
    return best;
}

/* The free span that ends at `top`, or NULL. */
static struct span *
spans_last(const struct spans *spans)
{
    struct span *end = spans_first(spans) + spans->top;
    if (spans->top == 0 || span_kind(&end[-1]) != SPAN_FREE)
        return NULL;
    return end - 1 - end[-1].offset;
}

/* Units beyond `top` come into use, without memory; false: no room, or none for the table. */
static bool
spans_raise_top(struct spans *spans, uint32_t units)
{
    size_t bytes = ((size_t)spans->top + units) * sizeof(struct span);
    if (units > spans->units_max - spans->top ||
        !growing_ensure(&spans->table, &spans->pages, bytes, bytes))
        return false;
    struct span *fresh = spans_first(spans) + spans->top;
    for (uint32_t i = 0; i < units; i++)
        fresh[i] = (struct span){ .kind = SPAN_FREE };
    MM_STORE_RELAXED(&spans->top, spans->top + units); /* see family_is_inside */
    return true;
}

/* The first units of a free span leave the books. */
static void
spans_cut_front(struct spans *spans, struct span *span, uint32_t units)
{
    uint32_t rest = span->units - units, warm_pages = span->warm_pages;
    spans_bin_remove(spans, span);
    for (uint32_t i = 0; rest && i < units; i++)
        warm_pages -= span[i].committed_pages;
    spans_mark_taken(span, 0, units);
    if (rest && warm_pages == 0 && span + units + rest == spans_first(spans) + spans->top)
        MM_STORE_RELAXED(&spans->top, spans->top - rest);
    else if (rest)
        spans_bin_add(spans, span + units, rest, warm_pages);
}

/* A span of exactly `units` units in hand; NULL: no room. */
static struct span *
spans_carve(struct spans *spans, uint32_t units)
{
    struct span *span = spans_find(&spans->warm, units);
    if (!span)
        span = spans_find(&spans->cold, units);
    if (span) {
        spans_cut_front(spans, span, units);
        return span;
    }
    span = spans_last(spans);
    uint32_t have = span ? span->units : 0;
    if (!spans_raise_top(spans, units - have))
        return NULL;
    if (span)
        spans_bin_remove(spans, span);
    else
        span = spans_first(spans) + spans->top - units;
    spans_mark_taken(span, 0, units);
    return span;
}

/* Takes the units behind a span in hand, until it has `units`; false if they are not free. */
static bool
spans_lengthen(struct spans *spans, struct span *span, uint32_t units)
{
    struct span *behind = span + span->units, *end = spans_first(spans) + spans->top;
    uint32_t more = units - span->units, have = 0, old = span->units;
    if (behind < end) {
        if (span_kind(behind) != SPAN_FREE)
            return false;
        have = behind->units;
    }
    if (have < more) {
        if (behind + have != end || !spans_raise_top(spans, more - have))
            return false;
        if (have)
            spans_bin_remove(spans, behind);
    } else {
        spans_cut_front(spans, behind, more);
    }
    spans_mark_taken(span, old, units);
    return true;
}

/* -- warm memory -- */

/* The end of the longest warm span with so many pages of it, in hand; NULL: none. */
static struct span *
spans_take_end(struct spans *spans, size_t pages)
{
    if (!spans->warm.used)
        return NULL;
    struct span *span = spans->warm.bins[63 - __builtin_clzll(spans->warm.used)].last;
    uint32_t units = span->units, keep = units, taken = 0;
    while (keep > 0 && taken < pages)
        taken += span[--keep].committed_pages;
    uint32_t warm_pages = span->warm_pages - taken;
    spans_bin_remove(spans, span);
    spans_mark_taken(span + keep, 0, units - keep);
    if (keep)
        spans_bin_add(spans, span, keep, warm_pages);
    return span + keep;
}

/* Returns warm memory until at most `bound` bytes are left. */
static void
spans_evict(struct spans *spans, size_t bound, uint32_t mutator)
{
    for (;;) {
        struct span *span = NULL;
        spans_begin_move(spans);
        pthread_mutex_lock(&spans->lock);
        if (spans->warm_bytes > bound)
            span = spans_take_end(spans, spans_pages(spans->warm_bytes - bound));
        pthread_mutex_unlock(&spans->lock);
        if (span) {
            spans_drop_units(spans, span, 0, mutator);
            pthread_mutex_lock(&spans->lock);
            spans_join(spans, span, span->units);
            pthread_mutex_unlock(&spans->lock);
        }
        spans_end_move(spans, span != NULL, mutator);
        if (!span)
            return;
    }
}

bool
spans_trim(struct spans *spans, size_t bytes, uint32_t mutator)
{
    pthread_mutex_lock(&spans->lock);
    size_t warm = spans->warm_bytes;
    pthread_mutex_unlock(&spans->lock);
    spans_evict(spans, warm > bytes ? warm - bytes : 0, mutator);
    return warm > 0;
}

/* A step of what is warm beyond the bound goes back, when it is time: a heap that dies is often
 * made again, and who returned it at once would spend more on page faults than on anything else. */
static void
spans_return_step(struct spans *spans, size_t bound, uint32_t mutator)
{
    uint64_t begin = events_clock();
    pthread_mutex_lock(&spans->lock);
    bool is_time = begin >= spans->return_ns;
    size_t warm = spans->warm_bytes;
    if (is_time)
        spans->return_ns = UINT64_MAX;
    pthread_mutex_unlock(&spans->lock);
    if (!is_time)
        return;
    spans_evict(spans, warm > bound + SPAN_RETURN_BYTES ? warm - SPAN_RETURN_BYTES : bound,
                mutator);
    uint64_t end = events_clock();
    pthread_mutex_lock(&spans->lock);
    spans->return_ns = end + SPAN_RETURN_TIMES * (end - begin);
    pthread_mutex_unlock(&spans->lock);
}

/* The units of a used span behind the first `keep` are given back. */
static void
spans_give_behind(struct spans *spans, struct span *span, uint32_t keep, uint32_t mutator)
{
    spans_note_units(span);
    uint32_t rest = span->units - keep;
    spans_begin_move(spans);
    pthread_mutex_lock(&spans->lock);
    span->units = keep;
    spans_join(spans, span + keep, rest);
    size_t bound = MM_LOAD_RELAXED(&spans->pages.held) / 2, warm = spans->warm_bytes;
    pthread_mutex_unlock(&spans->lock);
    spans_end_move(spans, true, mutator);
    if (warm > bound && warm > SPAN_WARM_FLOOR)
        spans_return_step(spans, bound > SPAN_WARM_FLOOR ? bound : SPAN_WARM_FLOOR, mutator);
    if (keep)
        spans_sum_up(spans, span, mutator);
}

void
spans_give(struct spans *spans, struct span *span, uint32_t mutator)
{
    spans_give_behind(spans, span, 0, mutator);
}

/* -- taking -- */

/* Units to take when one is wanted whole: a heap of some size takes cold ones by the dozen, with
 * one system call for all. */
static uint32_t
spans_batch(const struct spans *spans, uint32_t units, size_t want)
{
    size_t batch = MM_LOAD_RELAXED(&spans->pages.held) / 8 / SPAN_UNIT_BYTES;
    if (units != 1 || want != SPAN_UNIT_BYTES || batch < 2)
        return units;
    return batch < SPAN_BATCH_MAX ? (uint32_t)batch : SPAN_BATCH_MAX;
}

struct span *
spans_take(struct spans *spans, uint32_t units, size_t need, size_t want, uint32_t mutator)
{
    uint32_t batch = spans_batch(spans, units, want);
    spans_begin_move(spans);
    pthread_mutex_lock(&spans->lock);
    struct span *span = spans_carve(spans, units);
    if (span && batch > units && span->committed_pages == 0)
        (void)spans_lengthen(spans, span, batch);
    pthread_mutex_unlock(&spans->lock);
    bool filled = span && span->units > units &&
                  spans_fill_to(spans, span, batch * SPAN_UNIT_PAGES, mutator);
    filled = filled || (span && spans_fill(spans, span, need, want, mutator));
    if (span && !filled) {
        pthread_mutex_lock(&spans->lock);
        spans_join(spans, span, span->units);
        pthread_mutex_unlock(&spans->lock);
    } else if (span) {
        spans_sum_up(spans, span, mutator);
    }
    spans_end_move(spans, span && !filled, mutator);
    if (!filled)
        return NULL;
    if (span->units > units)
        spans_give_behind(spans, span, units, mutator);
    return span;
}

static bool
spans_grow(struct spans *spans, struct span *span, size_t bytes, uint32_t mutator)
{
    uint32_t units = spans_units(bytes), old = span->units;
    spans_note_units(span);
    spans_begin_move(spans);
    pthread_mutex_lock(&spans->lock);
    bool fits = spans_lengthen(spans, span, units);
    pthread_mutex_unlock(&spans->lock);
    bool filled = fits && spans_fill(spans, span, bytes, bytes, mutator);
    if (fits && !filled) {
        pthread_mutex_lock(&spans->lock);
        span->units = old;
        spans_join(spans, span + old, units - old);
        pthread_mutex_unlock(&spans->lock);
    }
    spans_end_move(spans, fits && !filled, mutator);
    spans_sum_up(spans, span, mutator);
    return filled;
}

bool
spans_resize(struct spans *spans, struct span *span, size_t bytes, uint32_t mutator)
{
    if (bytes > spans_region_bytes(spans))
        return false;
    uint32_t units = spans_units(bytes);
    if (units > span->units)
        return spans_grow(spans, span, bytes, mutator);
    if (units < span->units)
        spans_give_behind(spans, span, units, mutator);
    spans_uncommit(spans, span, bytes, mutator);
    return spans_commit(spans, span, bytes, bytes, mutator);
}
