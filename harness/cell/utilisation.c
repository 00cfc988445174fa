/* utilisation.c -- see utilisation.h.
 *
 * What is held in a window that slides to the right grows while its right edge is in a span and
 * its left edge is not, and shrinks while it is the other way round.  So the most is held in a
 * window that ends where a span ends, or begins where a span begins, or stands at the very end of
 * the timed part: only those are looked at.
 *
 * The window that ends with the newest span is looked at when that span comes.  The one that begins
 * with a span is looked at when a span comes that ends after it.  What comes later and reaches into
 * it also holds its right edge: then the window that ends where that span ends holds no less.
 *
 * Invariants:
 *   1. the spans [oldest, count) are disjoint, do not touch, and are in order
 *   2. before_ns of a span is the sum of the lengths of all spans before it, dropped ones too
 *   3. spans before `left` end before the window that ends with the newest one
 *   4. a span is dropped only when it ends before the window that ends with the newest one, and its
 *      own window is over; else that window length is inexact from then on
 *
 * A span that swallows dropped ones is longer than every window that is still exact, by 4; that
 * their lengths are counted twice from then on makes no difference, since only differences within
 * the newest spans are taken.
 *
 * Cost: constant for each span, summed over all of them: every index only grows. */
#include "utilisation.h"

static const uint64_t UTILISATION_WINDOW_NS[UTILISATION_WINDOWS] = { 1000000, 10000000, 100000000 };

uint64_t
utilisation_window_ns(enum utilisation_window window)
{
    return UTILISATION_WINDOW_NS[window];
}

void
utilisation_begin(struct utilisation *utilisation, uint64_t begin_ns)
{
    utilisation->begin_ns = begin_ns;
}

static struct utilisation_span *
utilisation_span(struct utilisation *utilisation, uint64_t index)
{
    return &utilisation->spans[index % UTILISATION_SPANS];
}

/* How long the thread was held up before a moment.  *at is where the last, earlier one was found.
 */
static uint64_t
utilisation_held_before(struct utilisation *utilisation, uint64_t *at, uint64_t moment_ns)
{
    if (*at < utilisation->oldest)
        *at = utilisation->oldest;
    while (*at + 1 < utilisation->count && utilisation_span(utilisation, *at)->end_ns <= moment_ns)
        ++*at;
    const struct utilisation_span *span = utilisation_span(utilisation, *at);
    if (moment_ns <= span->begin_ns)
        return span->before_ns;
    uint64_t until_ns = moment_ns < span->end_ns ? moment_ns : span->end_ns;
    return span->before_ns + (until_ns - span->begin_ns);
}

static void
utilisation_compare(struct utilisation_slide *slide, uint64_t held_ns, uint64_t window_ns)
{
    held_ns = held_ns < window_ns ? held_ns : window_ns;
    slide->worst_ns = held_ns > slide->worst_ns ? held_ns : slide->worst_ns;
}

/* The window that ends at a moment which no span passes. */
static void
utilisation_look_back(struct utilisation *utilisation, enum utilisation_window window,
                      uint64_t end_ns)
{
    struct utilisation_slide *slide = &utilisation->slides[window];
    uint64_t window_ns = UTILISATION_WINDOW_NS[window];
    if (end_ns < utilisation->begin_ns + window_ns)
        return;
    const struct utilisation_span *newest = utilisation_span(utilisation, utilisation->count - 1);
    uint64_t all_ns = newest->before_ns + (newest->end_ns - newest->begin_ns);
    uint64_t before_ns = utilisation_held_before(utilisation, &slide->left, end_ns - window_ns);
    utilisation_compare(slide, all_ns - before_ns, window_ns);
}

/* The windows that begin with a span and are over at a moment. */
static void
utilisation_look_at_begins(struct utilisation *utilisation, enum utilisation_window window,
                           uint64_t moment_ns)
{
    struct utilisation_slide *slide = &utilisation->slides[window];
    uint64_t window_ns = UTILISATION_WINDOW_NS[window];
    for (; slide->next < utilisation->count; slide->next++) {
        const struct utilisation_span *first = utilisation_span(utilisation, slide->next);
        if (first->begin_ns + window_ns > moment_ns)
            return;
        uint64_t until_ns = utilisation_held_before(utilisation, &slide->right,
                                                    first->begin_ns + window_ns);
        utilisation_compare(slide, until_ns - first->before_ns, window_ns);
    }
}

/* Makes room for one span, which overlaps none. */
static void
utilisation_drop(struct utilisation *utilisation, const struct utilisation_span *span)
{
    const struct utilisation_span *oldest = utilisation_span(utilisation, utilisation->oldest);
    for (unsigned i = 0; i < UTILISATION_WINDOWS; i++) {
        struct utilisation_slide *slide = &utilisation->slides[i];
        utilisation_look_at_begins(utilisation, (enum utilisation_window)i, span->begin_ns);
        bool is_needed = oldest->end_ns + UTILISATION_WINDOW_NS[i] > span->end_ns;
        slide->is_inexact |= is_needed || slide->next == utilisation->oldest;
        if (slide->next == utilisation->oldest)
            slide->next++;
    }
    utilisation->oldest++;
}

static uint64_t
utilisation_at_most(uint64_t index, uint64_t most)
{
    return index < most ? index : most;
}

/* Takes back the spans that the new one overlaps, which grows by them. */
static void
utilisation_merge(struct utilisation *utilisation, struct utilisation_span *span)
{
    span->before_ns = 0;
    if (utilisation->count > utilisation->oldest) {
        const struct utilisation_span *newest = utilisation_span(utilisation,
                                                                 utilisation->count - 1);
        span->before_ns = newest->before_ns + (newest->end_ns - newest->begin_ns);
    }
    while (utilisation->count > utilisation->oldest) {
        const struct utilisation_span *last = utilisation_span(utilisation, utilisation->count - 1);
        if (last->end_ns < span->begin_ns)
            break;
        span->begin_ns = last->begin_ns < span->begin_ns ? last->begin_ns : span->begin_ns;
        span->end_ns = last->end_ns > span->end_ns ? last->end_ns : span->end_ns;
        span->before_ns = last->before_ns;
        utilisation->count--;
    }
    for (unsigned i = 0; i < UTILISATION_WINDOWS; i++) {
        struct utilisation_slide *slide = &utilisation->slides[i];
        slide->left = utilisation_at_most(slide->left, utilisation->count);
        slide->right = utilisation_at_most(slide->right, utilisation->count);
        slide->next = utilisation_at_most(slide->next, utilisation->count);
    }
}

void
utilisation_hold(struct utilisation *utilisation, uint64_t begin_ns, uint64_t end_ns)
{
    struct utilisation_span span = {
        .begin_ns = begin_ns > utilisation->begin_ns ? begin_ns : utilisation->begin_ns,
        .end_ns = end_ns,
    };
    if (span.end_ns <= span.begin_ns)
        return;
    utilisation_merge(utilisation, &span);
    if (utilisation->count - utilisation->oldest == UTILISATION_SPANS)
        utilisation_drop(utilisation, &span);
    *utilisation_span(utilisation, utilisation->count++) = span;
    for (unsigned i = 0; i < UTILISATION_WINDOWS; i++) {
        utilisation_look_back(utilisation, (enum utilisation_window)i, span.end_ns);
        utilisation_look_at_begins(utilisation, (enum utilisation_window)i, span.end_ns);
    }
}

void
utilisation_end(struct utilisation *utilisation, uint64_t end_ns)
{
    if (utilisation->count == utilisation->oldest)
        return;
    const struct utilisation_span *newest = utilisation_span(utilisation, utilisation->count - 1);
    uint64_t last_ns = newest->end_ns > end_ns ? newest->end_ns : end_ns;
    for (unsigned i = 0; i < UTILISATION_WINDOWS; i++) {
        utilisation_look_back(utilisation, (enum utilisation_window)i, last_ns);
        utilisation_look_at_begins(utilisation, (enum utilisation_window)i, last_ns);
    }
}

bool
utilisation_worst(const struct utilisation *utilisation, enum utilisation_window window,
                  uint64_t *held_ns)
{
    const struct utilisation_slide *slide = &utilisation->slides[window];
    *held_ns = slide->worst_ns;
    return !slide->is_inexact || slide->worst_ns == UTILISATION_WINDOW_NS[window];
}
