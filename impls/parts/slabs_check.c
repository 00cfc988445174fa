/* slabs_check.c -- the books and the invariants of slabs.h and spans.h, by walking all there is. */
#include "parts/slabs.h"

#include "parts/assert.h"

static size_t
slabs_count(const void *list)
{
    size_t n = 0;
    for (; list; list = ((const struct slab_cell *)list)->next)
        n++;
    return n;
}

/* The bytes of the cells in a list of a cache. */
static size_t
slabs_list_bytes(const struct slab_cache *cache, const void *list)
{
    size_t bytes = 0;
    for (; list; list = ((const struct slab_cell *)list)->next)
        bytes += slabs_of(cache, list, SIZE_CLASS_MAX)->cell_bytes;
    return bytes;
}

void
slabs_stats(struct slabs *slabs, struct mm_stats *out)
{
    size_t live = 0;
    const struct span *first = spans_first(&slabs->spans);
    for (const struct span *span = first; span < first + slabs->spans.top; span += span->units) {
        if (span_kind(span) == SPAN_SLAB)
            live += (span->extended - slabs_count(span->free)) * span->cell_bytes;
        else if (span_kind(span) == SPAN_LARGE)
            live += span_committed(span);
    }
    for (const struct slab_cache *cache = slabs->caches; cache; cache = cache->all) {
        for (unsigned class_index = 0; class_index < SIZE_CLASSES; class_index++)
            live -= slabs_count(cache->free[class_index]) * size_class_bytes(class_index);
        live -= slabs_list_bytes(cache, cache->parcel.first);
        live -= slabs_list_bytes(cache, cache->inbox);
        live -= slabs_list_bytes(cache, cache->remote);
    }
    *out = (struct mm_stats){
        .held_bytes = MM_LOAD_RELAXED(&slabs->spans.pages.held),
        .peak_held_bytes = MM_LOAD_RELAXED(&slabs->spans.pages.peak),
        .live_bytes = live,
        MM_STATS_NOT_COUNTED,
    };
}

void
slabs_each_cell(struct slabs *slabs, void (*visit)(void *user, void *cell, size_t bytes),
                void *user)
{
    struct span *first = spans_first(&slabs->spans);
    for (struct span *span = first; span < first + slabs->spans.top; span += span->units) {
        char *start = spans_start(&slabs->spans, span);
        if (span_kind(span) == SPAN_LARGE)
            visit(user, start, span_committed(span));
        for (uint32_t i = 0; span_kind(span) == SPAN_SLAB && i < span->extended; i++)
            visit(user, start + (size_t)i * span->cell_bytes, span->cell_bytes);
    }
}

bool
slabs_owns(const struct slabs *slabs, const void *address)
{
    const struct spans *spans = &slabs->spans;
    pthread_mutex_t *lock = (pthread_mutex_t *)&spans->lock;
    const char *at = address;
    bool owned = false;
    pthread_mutex_lock(lock);
    if (at >= spans->base && at < spans->base + (size_t)spans->top * SPAN_UNIT_BYTES) {
        const struct span *span = spans_entry(spans->bias, at);
        if (span_kind(span) == SPAN_INNER)
            span -= span->offset;
        size_t offset = (size_t)(at - spans_start(spans, span));
        owned = span_kind(span) == SPAN_LARGE
                    ? offset < span_committed(span)
                    : span_kind(span) == SPAN_SLAB &&
                          offset < (size_t)span->extended * span->cell_bytes;
    }
    pthread_mutex_unlock(lock);
    return owned;
}

static void
spans_verify_free(const struct spans *spans, const struct span *span)
{
    const struct span_bins *bins = span->warm_pages ? &spans->warm : &spans->cold;
    uint32_t pages = 0;
    for (uint32_t i = 0; i < span->units; i++) {
        mm_assert(span_kind(&span[i]) == SPAN_FREE); /* S1 */
        pages += span[i].committed_pages;
    }
    mm_assert(pages == span->warm_pages);                       /* S3 */
    mm_assert(bins->used >> spans_bin(span->units) & 1);        /* S3 */
    mm_assert(span[span->units - 1].offset == span->units - 1); /* S3 */
}

void
spans_verify(struct spans *spans)
{
    size_t warm = 0;
    bool before_free = false;
    const struct span *first = spans_first(spans);
    uint32_t at = 0;
    while (at < spans->top) {
        const struct span *span = first + at;
        mm_assert(span->units > 0 && span_kind(span) != SPAN_INNER); /* S1 */
        mm_assert(span_kind(span) != SPAN_TAKEN);                    /* S7 */
        mm_assert(!(before_free && span_kind(span) == SPAN_FREE));   /* S2 */
        before_free = span_kind(span) == SPAN_FREE;
        if (before_free) {
            spans_verify_free(spans, span);
            warm += (size_t)span->warm_pages * PAGES_BYTES;
            mm_assert(span->warm_pages > 0 || at + span->units < spans->top); /* S2 */
        } else {
            for (uint32_t i = 1; i < span->units; i++)
                mm_assert(span[i].kind == SPAN_INNER && span[i].offset == i); /* S5 */
        }
        for (uint32_t i = 0; i < span->units; i++) {
            bool is_slab = i == 0 && span_kind(span) == SPAN_SLAB;
            mm_assert((MM_LOAD_RELAXED(&span[i].owner) != NULL) == is_slab); /* S6 */
        }
        at += span->units;
    }
    mm_assert(at == spans->top);          /* S1 */
    mm_assert(warm == spans->warm_bytes); /* S4 */
    mm_assert(spans->moving == 0);        /* S7 */
}

/* Cells in a list must lie in slabs of the class; without a class, in any slab. */
static void
slabs_verify_list(const struct slab_cache *cache, const void *list, unsigned class_index)
{
    for (; list; list = ((const struct slab_cell *)list)->next) {
        const struct span *slab = slabs_of(cache, list, SIZE_CLASS_MAX);
        size_t offset = (size_t)((const char *)list - spans_start(&cache->slabs->spans, slab));
        mm_assert(span_kind(slab) == SPAN_SLAB);                                   /* C1 */
        mm_assert(class_index == SIZE_CLASSES || slab->size_class == class_index); /* C1 */
        mm_assert(offset % slab->cell_bytes == 0);                                 /* C1 */
        mm_assert(offset < (size_t)slab->extended * slab->cell_bytes);             /* C5 */
    }
}

static void
slabs_verify_slab(const struct span *slab)
{
    const struct slab_cache *owner = slab->owner;
    const struct slab_bin *bin = &owner->bins[slab->size_class];
    size_t free = slabs_count(slab->free), used = slab->extended - free;
    slabs_verify_list(owner, slab->free, slab->size_class);
    mm_assert(slab->extended <= slab->capacity);                                  /* C5 */
    mm_assert((size_t)slab->extended * slab->cell_bytes <= span_committed(slab)); /* C5 */
    mm_assert(free <= slab->extended);                                            /* C2 */
    if (slab->slab_state == SLAB_FULL) {
        mm_assert(slab->extended == slab->capacity);               /* C4 */
        mm_assert(slab->countdown + free == slabs_patience(slab)); /* C3 */
        mm_assert(slab->countdown > 0);                            /* C3 */
    } else {
        mm_assert(slab->countdown == used); /* C3 */
        if (slab->slab_state == SLAB_CURRENT)
            mm_assert(bin->current == slab); /* C4 */
        else
            mm_assert(bin->partial.first && used > 0); /* C4 */
    }
}

static void
slabs_verify_cache(const struct slab_cache *cache)
{
    for (unsigned class_index = 0; class_index < SIZE_CLASSES; class_index++) {
        const struct slab_bin *bin = &cache->bins[class_index];
        uint32_t listed = bin->current != NULL;
        slabs_verify_list(cache, cache->free[class_index], class_index);
        mm_assert(!cache->free[class_index] || bin->slabs > 0); /* C1 */
        for (const struct span *slab = bin->partial.first; slab; slab = slab->next) {
            mm_assert(slab->owner == cache && slab->slab_state == SLAB_PARTIAL); /* C4 */
            listed++;
        }
        mm_assert(listed <= bin->slabs); /* C4 */
    }
    slabs_verify_list(cache, cache->parcel.first, SIZE_CLASSES);
    slabs_verify_list(cache, cache->inbox, SIZE_CLASSES);
    slabs_verify_list(cache, cache->remote, SIZE_CLASSES);
}

/* Says how many spans the cache keeps. */
static uint32_t
slabs_verify_spares(const struct span_cache *spares)
{
    uint32_t units = 0;
    for (uint32_t i = 0; i < spares->count; i++) {
        mm_assert(span_kind(spares->spans[i]) == SPAN_SPARE); /* P1 */
        units += spares->spans[i]->units;
    }
    mm_assert(units == spares->units); /* P2 */
    return spares->count;
}

static void
slabs_verify_orphan(const struct slab_cache *cache)
{
    mm_assert(!cache->parcel.first && cache->spares.count == 0); /* C6 */
    for (unsigned class_index = 0; class_index < SIZE_CLASSES; class_index++)
        mm_assert(!cache->free[class_index] && !cache->bins[class_index].current); /* C6 */
}

void
slabs_verify(struct slabs *slabs)
{
    uint32_t spares = 0;
    spans_verify(&slabs->spans);
    const struct span *first = spans_first(&slabs->spans);
    for (const struct span *span = first; span < first + slabs->spans.top; span += span->units) {
        if (span_kind(span) == SPAN_SLAB)
            slabs_verify_slab(span);
        spares += span_kind(span) == SPAN_SPARE;
    }
    for (const struct slab_cache *cache = slabs->caches; cache; cache = cache->all) {
        slabs_verify_cache(cache);
        spares -= slabs_verify_spares(&cache->spares);
    }
    mm_assert(spares == 0); /* P1 */
    for (const struct slab_cache *cache = slabs->orphans; cache; cache = cache->orphan)
        slabs_verify_orphan(cache);
}
