/* slabs.c -- the slow halves of slabs.h, where the idea and the invariants are.
 *
 * Cost: slabs_take gives a whole list or a page's worth of cells, so it is called once for
 * dozens to thousands of allocations; a slab is taken or given back under one lock. */
#include "parts/slabs.h"

#include "parts/assert.h"

enum {
    SLAB_EXTEND_BYTES = 4096,   /* cells made at once */
    SLAB_EAGER_BYTES = 4 << 20, /* held by a heap that is not small */
    SLAB_SORT_MAX = 1024,       /* cells of an inbox sorted in one slow call */
    SLAB_PARCEL_BYTES = 8192,   /* cells sent to their owner at once */
};

/* -- the heap's books -- */

struct slabs *
slabs_create(const struct mm_config *config, size_t heap_bytes)
{
    struct pages pages;
    struct books books;
    pages_init(&pages, config);
    struct slabs *slabs = books_open(&books, &pages, heap_bytes);
    if (!slabs)
        return NULL;
    slabs->books = books;
    if (!spans_init(&slabs->spans, &pages, config)) {
        books_close(&books, &pages);
        return NULL;
    }
    pthread_mutex_init(&slabs->insist_lock, NULL);
    pthread_mutex_init(&slabs->orphans_lock, NULL);
    return slabs;
}

void
slabs_destroy(struct slabs *slabs)
{
    pthread_mutex_destroy(&slabs->insist_lock);
    pthread_mutex_destroy(&slabs->orphans_lock);
    spans_release(&slabs->spans);
    books_close(&slabs->books, &slabs->spans.pages);
}

/* -- spans -- */

struct span *
slabs_take_span(struct slab_cache *cache, uint32_t units, size_t need, size_t want)
{
    struct span *span = span_cache_take(&cache->spares, units, need);
    return span ? span : spans_take(&cache->slabs->spans, units, need, want, cache->ordinal);
}

/* An orphan, which a thread may look through, keeps none. */
void
slabs_give_span(struct slab_cache *cache, struct span *span)
{
    struct spans *spans = &cache->slabs->spans;
    if (cache->is_orphan || !span_cache_keep(&cache->spares, spans, span))
        spans_give(spans, span, cache->ordinal);
}

static void
slabs_give_spares(struct slab_cache *cache)
{
    span_cache_empty(&cache->spares, &cache->slabs->spans, cache->ordinal);
}

/* -- freeing -- */

static void
slabs_release(struct slab_cache *cache, struct span *slab)
{
    cache->bins[slab->size_class].slabs--;
    slab->free = NULL;
    MM_STORE_RELAXED(&slab->owner, NULL);
    slabs_give_span(cache, slab);
}

/* Its countdown is over: it was full, and has a free cell again, or it is empty. */
void
slabs_settle(struct slab_cache *cache, struct span *slab)
{
    struct slab_bin *bin = &cache->bins[slab->size_class];
    if (slab->slab_state == SLAB_FULL) {
        slab->slab_state = SLAB_PARTIAL;
        slab->countdown = slab->capacity - slabs_patience(slab);
        span_list_push(&bin->partial, slab);
    } else if (slab->slab_state == SLAB_PARTIAL) {
        span_list_remove(&bin->partial, slab);
        slabs_release(cache, slab);
    }
}

static void
slabs_push_list(struct slab_cache *owner, void *first, void *last)
{
    void *head = MM_LOAD_RELAXED(&owner->remote);
    do
        ((struct slab_cell *)last)->next = head;
    while (!__atomic_compare_exchange_n(&owner->remote, &head, first, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
}

void
slabs_free_remote(struct span *slab, void *cell)
{
    slabs_push_list(MM_LOAD_RELAXED(&slab->owner), cell, cell);
}

static void
slabs_send_parcel(struct slab_cache *cache)
{
    struct slab_parcel *parcel = &cache->parcel;
    if (parcel->first)
        slabs_push_list(parcel->owner, parcel->first, parcel->last);
    *parcel = (struct slab_parcel){ .owner = NULL };
}

void
slabs_send(struct slab_cache *cache, struct span *slab, void *cell)
{
    struct slab_parcel *parcel = &cache->parcel;
    struct slab_cache *owner = MM_LOAD_RELAXED(&slab->owner);
    if (parcel->owner != owner) {
        slabs_send_parcel(cache);
        parcel->owner = owner;
        parcel->last = cell;
    }
    ((struct slab_cell *)cell)->next = parcel->first;
    parcel->first = cell;
    parcel->bytes += slab->cell_bytes;
    if (parcel->bytes >= SLAB_PARCEL_BYTES)
        slabs_send_parcel(cache);
}

/* Sorts at most `most` cells that other threads freed into their slabs. */
static void
slabs_sort_inbox(struct slab_cache *cache, size_t most)
{
    while (most-- > 0) {
        if (!cache->inbox) {
            if (!MM_LOAD_RELAXED(&cache->remote))
                return;
            cache->inbox = __atomic_exchange_n(&cache->remote, NULL, __ATOMIC_ACQUIRE);
        }
        void *cell = cache->inbox;
        cache->inbox = ((struct slab_cell *)cell)->next;
        /* The slab may have gone to another cache since the cell was sent here. */
        slabs_push(cache, cell, SIZE_CLASS_MAX);
    }
}

/* -- allocation -- */

/* Gives out the cells of a list whose slab is current: the first now, the others later. */
static void *
slabs_open(struct slab_cache *cache, struct span *slab, void *cells)
{
    slab->countdown = slab->extended;
    cache->free[slab->size_class] = ((struct slab_cell *)cells)->next;
    return cells;
}

static void *
slabs_take_list(struct slab_cache *cache, struct span *slab)
{
    void *cells = slab->free;
    slab->free = NULL;
    return slabs_open(cache, slab, cells);
}

/* Whether a slab of the class gets all its memory at once: not in a small heap, where the slabs
 * of many classes would take all of it, nor if it is the only one. */
static bool
slabs_is_eager(const struct slab_cache *cache, unsigned class_index)
{
    return cache->bins[class_index].slabs > 1 &&
           MM_LOAD_RELAXED(&cache->slabs->spans.pages.held) >= SLAB_EAGER_BYTES;
}

/* Makes a page's worth of new cells, commits for them if it must and may; NULL: not possible. */
static void *
slabs_extend(struct slab_cache *cache, struct span *slab, bool may_commit)
{
    size_t cell = slab->cell_bytes, left = (size_t)slab->capacity - slab->extended;
    size_t n = SLAB_EXTEND_BYTES / cell;
    if (left == 0)
        return NULL;
    if (n < 1)
        n = 1;
    if (n > left)
        n = left;
    size_t have = span_committed(slab), used = slab->extended * cell;
    if (used + cell > have) {
        size_t all = slab->capacity * cell;
        size_t want = slabs_is_eager(cache, slab->size_class) || 2 * have > all ? all : 2 * have;
        if (!may_commit ||
            !spans_commit(&cache->slabs->spans, slab, used + cell, want, cache->ordinal))
            return NULL;
        have = span_committed(slab);
    }
    if (used + n * cell > have)
        n = (have - used) / cell;
    char *first = spans_start(&cache->slabs->spans, slab) + used, *last = first + (n - 1) * cell;
    for (char *at = first; at < last; at += cell)
        ((struct slab_cell *)(void *)at)->next = at + cell;
    ((struct slab_cell *)(void *)last)->next = NULL;
    slab->extended += (uint32_t)n;
    return slabs_open(cache, slab, first);
}

/* The current slab has nothing to give: it is full, or could not be extended. */
static void
slabs_close(struct slab_bin *bin)
{
    struct span *slab = bin->current;
    bin->current = NULL;
    if (!slab)
        return;
    if (slab->free || slab->extended < slab->capacity) {
        slab->slab_state = SLAB_PARTIAL;
        span_list_push_last(&bin->partial, slab);
    } else {
        slab->slab_state = SLAB_FULL;
        slab->countdown = slabs_patience(slab);
    }
}

static void *
slabs_try(struct slab_cache *cache, struct span *slab, bool may_commit)
{
    return slab->free ? slabs_take_list(cache, slab) : slabs_extend(cache, slab, may_commit);
}

/* Gives cells of a partial slab, the first that has any. */
static void *
slabs_take_partial(struct slab_cache *cache, struct slab_bin *bin)
{
    for (struct span *slab = bin->partial.first; slab; slab = slab->next) {
        void *cell = slabs_try(cache, slab, false);
        if (!cell)
            continue;
        span_list_remove(&bin->partial, slab);
        slabs_close(bin);
        slab->slab_state = SLAB_CURRENT;
        bin->current = slab;
        return cell;
    }
    return NULL;
}

void *
slabs_take(struct slab_cache *cache, unsigned class_index)
{
    struct slab_bin *bin = &cache->bins[class_index];
    slabs_sort_inbox(cache, SLAB_SORT_MAX);
    void *cell = bin->current ? slabs_try(cache, bin->current, false) : NULL;
    return cell ? cell : slabs_take_partial(cache, bin);
}

static void *
slabs_start(struct slab_cache *cache, unsigned class_index)
{
    struct slab_bin *bin = &cache->bins[class_index];
    size_t cell = size_class_bytes(class_index);
    uint32_t units = cell > SIZE_SMALL_MAX ? 4 : 1;
    size_t all = units * (size_t)SPAN_UNIT_BYTES, want = cell;
    if (slabs_is_eager(cache, class_index))
        want = all;
    struct span *slab = slabs_take_span(cache, units, cell, want);
    if (!slab)
        return NULL;
    slabs_close(bin);
    slab->free = NULL;
    slab->countdown = slab->extended = 0;
    slab->capacity = (uint16_t)(all / cell);
    slab->cell_bytes = (uint16_t)cell;
    slab->size_class = (uint8_t)class_index;
    slab->slab_state = SLAB_CURRENT;
    MM_STORE_RELAXED(&slab->owner, cache);
    MM_STORE_RELAXED(&slab->kind, SPAN_SLAB);
    bin->current = slab;
    bin->slabs++;
    return slabs_extend(cache, slab, false);
}

/* -- orphans -- */

/* Moves a slab of the class that has a cell to give, if there is one; says whether. */
static bool
slabs_adopt(struct slab_cache *cache, struct slab_cache *orphan, unsigned class_index)
{
    struct slab_bin *from = &orphan->bins[class_index], *to = &cache->bins[class_index];
    struct span *slab = from->partial.first;
    while (slab && !slab->free &&
           (slab->extended + (size_t)1) * slab->cell_bytes > span_committed(slab))
        slab = slab->next;
    if (!slab)
        return false;
    span_list_remove(&from->partial, slab);
    span_list_push(&to->partial, slab);
    MM_STORE_RELAXED(&slab->owner, cache);
    from->slabs--;
    to->slabs++;
    return true;
}

/* Sorts what was sent to orphans; with their lock. */
static void
slabs_sort_orphans(struct slabs *slabs, size_t most)
{
    for (struct slab_cache *orphan = slabs->orphans; orphan; orphan = orphan->orphan) {
        slabs_sort_inbox(orphan, most);
        slabs_send_parcel(orphan);
    }
}

/* Half of the partial slabs of the class, of a cache whose thread stands still. */
static void
slabs_adopt_half(struct slab_cache *cache, struct slab_cache *other, unsigned class_index)
{
    size_t slabs = 0;
    for (struct span *slab = other->bins[class_index].partial.first; slab; slab = slab->next)
        slabs++;
    for (size_t taken = 0; taken < slabs; taken += 2)
        if (!slabs_adopt(cache, other, class_index))
            return;
}

void *
slabs_take_from_others(struct slab_cache *cache, unsigned class_index)
{
    for (struct slab_cache *other = cache->slabs->caches; other; other = other->all)
        if (other != cache)
            slabs_adopt_half(cache, other, class_index);
    return slabs_take_partial(cache, &cache->bins[class_index]);
}

/* A cell of a slab of an orphan, or NULL. */
static void *
slabs_take_orphan(struct slab_cache *cache, unsigned class_index)
{
    bool adopted = false;
    slabs_sort_orphans(cache->slabs, SLAB_SORT_MAX);
    for (struct slab_cache *orphan = cache->slabs->orphans; orphan && !adopted;
         orphan = orphan->orphan)
        adopted = slabs_adopt(cache, orphan, class_index);
    return adopted ? slabs_take_partial(cache, &cache->bins[class_index]) : NULL;
}

/* `waits`: for a thread that looks through the orphans now. */
static void *
slabs_grow_somehow(struct slab_cache *cache, unsigned class_index, bool waits)
{
    struct slab_bin *bin = &cache->bins[class_index];
    pthread_mutex_t *lock = &cache->slabs->orphans_lock;
    void *cell = NULL;
    if (waits || (MM_LOAD_RELAXED(&cache->slabs->orphans) && pthread_mutex_trylock(lock) == 0)) {
        if (waits)
            pthread_mutex_lock(lock);
        cell = slabs_take_orphan(cache, class_index);
        pthread_mutex_unlock(lock);
    }
    if (!cell && bin->current)
        cell = slabs_try(cache, bin->current, true);
    return cell ? cell : slabs_start(cache, class_index);
}

void *
slabs_grow(struct slab_cache *cache, unsigned class_index)
{
    return slabs_grow_somehow(cache, class_index, false);
}

/* -- taking back -- */

void
slabs_put_back(struct slab_cache *cache, unsigned class_index)
{
    for (void *cell; (cell = slabs_pop(cache, class_index)) != NULL;)
        slabs_push(cache, cell, SIZE_CLASS_MAX);
}

/* Sends what is to be sent, and puts every current slab among the partial or full ones, or gives
 * it back. */
static void
slabs_close_all(struct slab_cache *cache)
{
    slabs_send_parcel(cache);
    for (unsigned class_index = 0; class_index < SIZE_CLASSES; class_index++) {
        slabs_put_back(cache, class_index);
        struct slab_bin *bin = &cache->bins[class_index];
        struct span *slab = bin->current;
        if (slab && slab->countdown == 0) {
            bin->current = NULL;
            slabs_release(cache, slab);
        }
        slabs_close(bin);
    }
    slabs_give_spares(cache);
}

/* Returns what the slabs of the cache have committed beyond their cells. */
static void
slabs_return_tails(struct slab_cache *cache)
{
    for (unsigned class_index = 0; class_index < SIZE_CLASSES; class_index++)
        for (struct span *slab = cache->bins[class_index].partial.first; slab; slab = slab->next)
            spans_uncommit(&cache->slabs->spans, slab, (size_t)slab->extended * slab->cell_bytes,
                           cache->ordinal);
}

/* Full slabs of this cache and of orphans that have free cells become partial, however few these
 * are; with the lock of the orphans. */
static void
slabs_find_idle(struct slab_cache *cache)
{
    struct spans *spans = &cache->slabs->spans;
    pthread_mutex_lock(&spans->lock);
    struct span *span = spans_first(spans), *end = span + spans->top;
    for (; span < end; span += span->units) {
        struct slab_cache *owner = MM_LOAD_RELAXED(&span->owner);
        if (!owner || (owner != cache && !owner->is_orphan))
            continue;
        if (span->slab_state != SLAB_FULL || !span->free)
            continue;
        span->slab_state = SLAB_PARTIAL;
        span->countdown += span->capacity - slabs_patience(span);
        span_list_push(&owner->bins[span->size_class].partial, span);
    }
    pthread_mutex_unlock(&spans->lock);
}

/* Orphans' slabs give back what they have committed beyond their cells too. */
static void
slabs_relieve_orphans(struct slab_cache *cache)
{
    struct slabs *slabs = cache->slabs;
    pthread_mutex_lock(&slabs->orphans_lock);
    slabs_sort_orphans(slabs, SIZE_MAX);
    slabs_find_idle(cache);
    for (struct slab_cache *orphan = slabs->orphans; orphan; orphan = orphan->orphan)
        slabs_return_tails(orphan);
    pthread_mutex_unlock(&slabs->orphans_lock);
}

bool
slabs_spare(struct slab_cache *cache, size_t bytes)
{
    slabs_give_spares(cache);
    return spans_trim(&cache->slabs->spans, bytes, cache->ordinal);
}

void
slabs_relieve(struct slab_cache *cache)
{
    const struct events *events = &cache->slabs->spans.events;
    uint64_t begin = events_begin(events);
    slabs_sort_inbox(cache, SIZE_MAX);
    slabs_close_all(cache);
    slabs_return_tails(cache);
    slabs_relieve_orphans(cache);
    (void)spans_trim(&cache->slabs->spans, SIZE_MAX, cache->ordinal);
    events_end(events, MM_EVENT_SWEEP_SLICE, cache->ordinal, begin, 0);
}

static void *
slabs_take_or_grow(struct slab_cache *cache, unsigned class_index)
{
    void *cell = slabs_take(cache, class_index);
    return cell ? cell : slabs_grow(cache, class_index);
}

static void *
slabs_take_somehow(struct slab_cache *cache, size_t bytes)
{
    if (bytes > SIZE_CLASS_MAX)
        return slabs_take_large(cache, bytes);
    void *cell = slabs_take(cache, size_class(bytes));
    return cell ? cell : slabs_grow_somehow(cache, size_class(bytes), true);
}

void *
slabs_insist(struct slab_cache *cache, size_t bytes)
{
    struct slabs *slabs = cache->slabs;
    uint64_t before;
    void *cell;
    pthread_mutex_lock(&slabs->insist_lock);
    do {
        before = spans_settled(&slabs->spans, cache->ordinal);
        slabs_relieve(cache);
        cell = slabs_take_somehow(cache, bytes);
    } while (!cell && spans_settled(&slabs->spans, cache->ordinal) != before);
    pthread_mutex_unlock(&slabs->insist_lock);
    return cell;
}

void *
slabs_refill(struct slab_cache *cache, unsigned class_index)
{
    size_t bytes = size_class_bytes(class_index);
    void *cell = slabs_take_or_grow(cache, class_index);
    if (!cell && slabs_spare(cache, bytes))
        cell = slabs_take_or_grow(cache, class_index);
    return cell ? cell : slabs_insist(cache, bytes);
}

void *
slabs_refill_large(struct slab_cache *cache, size_t bytes)
{
    void *obj = slabs_take_large(cache, bytes);
    if (!obj && slabs_spare(cache, bytes))
        obj = slabs_take_large(cache, bytes);
    return obj ? obj : slabs_insist(cache, bytes);
}

/* -- threads -- */

static struct slab_cache *
slabs_take_over(struct slabs *slabs)
{
    pthread_mutex_lock(&slabs->orphans_lock);
    struct slab_cache *cache = slabs->orphans;
    if (cache) {
        MM_STORE_RELAXED(&slabs->orphans, cache->orphan);
        cache->is_orphan = false;
    }
    pthread_mutex_unlock(&slabs->orphans_lock);
    return cache;
}

struct slab_cache *
slabs_attach(struct slabs *slabs, size_t cache_bytes)
{
    struct slab_cache *cache = slabs_take_over(slabs);
    if (cache)
        return cache;
    pthread_mutex_lock(&slabs->spans.lock);
    cache = books_add(&slabs->books, &slabs->spans.pages, cache_bytes);
    if (cache) {
        cache->slabs = slabs;
        cache->bias = slabs->spans.bias;
        cache->ordinal = slabs->mutators++;
        cache->all = slabs->caches;
        slabs->caches = cache;
    }
    pthread_mutex_unlock(&slabs->spans.lock);
    return cache;
}

void
slabs_detach(struct slab_cache *cache)
{
    struct slabs *slabs = cache->slabs;
    slabs_close_all(cache);
    pthread_mutex_lock(&slabs->orphans_lock);
    cache->is_orphan = true;
    cache->orphan = slabs->orphans;
    MM_STORE_RELAXED(&slabs->orphans, cache);
    pthread_mutex_unlock(&slabs->orphans_lock);
}

void
slabs_before_fork(struct slabs *slabs)
{
    pthread_mutex_lock(&slabs->insist_lock);
    pthread_mutex_lock(&slabs->orphans_lock);
    pthread_mutex_lock(&slabs->spans.lock);
}

void
slabs_after_fork(struct slabs *slabs, bool child)
{
    if (child)
        slabs->spans.moving = 0, slabs->spans.return_ns = 0;
    pthread_mutex_unlock(&slabs->spans.lock);
    pthread_mutex_unlock(&slabs->orphans_lock);
    pthread_mutex_unlock(&slabs->insist_lock);
}
