/* aide.c -- see aide.h. */
#include "parts/block_heap_books.h"

#include "parts/assert.h"

enum {
    AIDE_BYTES = (AIDE_WORDS + 2 * AIDE_BASKET) * sizeof(uintptr_t),
    AIDE_KINDS_BYTES = 256 * sizeof(struct kind), /* there from the start */
    AIDE_SHARE = 64                               /* of the limit, at most, is for it */
};
_Static_assert(AIDE_WORDS >= AIDE_BASKET + MARKER_ROOM + MARKER_RING, "a step after a full basket");
_Static_assert(AIDE_BASKET >= 2, "a tail takes two words");

void
aide_create(struct block_heap *heap)
{
    struct aide *aide = &heap->aide;
    if (heap->pages.limit && heap->pages.limit / AIDE_SHARE < AIDE_BYTES + AIDE_KINDS_BYTES)
        return;
    mm_assert(heap->marker.greys.capacity >= AIDE_BASKET + MARKER_ROOM);
    mm_assert(pthread_mutex_init(&aide->lock, NULL) == 0);
    mm_assert(pthread_mutex_init(&aide->baskets_lock, NULL) == 0);
    uintptr_t *words = pages_reserve(&heap->pages, AIDE_BYTES);
    aide->greys.kinds = pages_reserve(&heap->pages, KINDS_MAX * sizeof(struct kind));
    if (!words || !aide->greys.kinds ||
        !block_heap_extend(heap, words, &aide->committed, AIDE_BYTES) ||
        !block_heap_extend(heap, aide->greys.kinds, &aide->kinds_committed, AIDE_KINDS_BYTES))
        mm_exhausted(AIDE_BYTES, heap->pages.limit);
    aide->greys.stack = words;
    aide->greys.capacity = AIDE_WORDS;
    aide->greys.shared = true;
    aide->for_aide.words = words + AIDE_WORDS;
    aide->for_marker.words = aide->for_aide.words + AIDE_BASKET;
    aide->ready = true;
}

void
aide_destroy(struct block_heap *heap)
{
    struct aide *aide = &heap->aide;
    if (!aide->ready)
        return;
    pages_release(&heap->pages, aide->greys.stack, AIDE_BYTES, aide->committed);
    pages_release(&heap->pages, aide->greys.kinds, KINDS_MAX * sizeof(struct kind),
                  aide->kinds_committed);
    pthread_mutex_destroy(&aide->baskets_lock);
    pthread_mutex_destroy(&aide->lock);
}

/* Whether there is room for copies of all kinds, made within what is left for cells if need be: the
 * rest is kept for mutators. */
static bool
aide_has_kinds(struct block_heap *heap)
{
    struct aide *aide = &heap->aide;
    size_t bytes = heap->kinds_count * sizeof(struct kind);
    if (bytes <= aide->kinds_committed)
        return true;
    size_t held = MM_LOAD_RELAXED(&heap->pages.held) + bytes - aide->kinds_committed + PAGES_BYTES;
    return (!heap->budget_max || held <= heap->budget_max) &&
           block_heap_extend(heap, aide->greys.kinds, &aide->kinds_committed, bytes);
}

/* Objects of kinds that are newer than the cycle are never looked at, so that all others are copied
 * when the aide comes is enough. */
bool
aide_prepare(struct block_heap *heap)
{
    struct aide *aide = &heap->aide;
    if (!aide->ready || !aide_has_kinds(heap))
        return false;
    for (; aide->kinds_count < heap->kinds_count; aide->kinds_count++) {
        struct kind *copy = &aide->greys.kinds[aide->kinds_count];
        memcpy(copy, &heap->kinds[aide->kinds_count], offsetof(struct kind, blocks_touched));
        copy->marked = copy->blocks_touched = 0;
    }
    return true;
}

/* -- Baskets, with their lock held ------------------------------------------------------------- */

/* Moves the words from `first` to `last` of a stack into an empty basket, but no half of a tail's
 * two. */
static void
basket_fill(struct basket *basket, struct greys *greys, size_t first, size_t last)
{
    uintptr_t *stack = greys->stack;
    first += first < last && (stack[first] & 1);
    last -= first < last && last < greys->depth && (stack[last] & 1);
    mm_assert_slow(!basket->filled && last - first <= AIDE_BASKET);
    memcpy(basket->words, stack + first, (last - first) * sizeof *stack);
    memmove(stack + first, stack + last, (greys->depth - last) * sizeof *stack);
    greys->depth -= last - first;
    MM_STORE_RELAXED(&basket->filled, (uint32_t)(last - first));
}

/* Half of what is topmost, and of that the lower one. */
static void
basket_fill_half(struct basket *basket, struct greys *greys)
{
    size_t depth = greys->depth;
    size_t top = depth < 2 * (size_t)AIDE_BASKET ? depth : 2 * (size_t)AIDE_BASKET;
    if (!basket->filled)
        basket_fill(basket, greys, depth - top, depth - top + (top + 1) / 2);
}

/* The words go onto a stack that has room for them and for one step more. */
static void
basket_take(struct basket *basket, struct greys *greys)
{
    mm_assert_slow(greys->depth + basket->filled + MARKER_ROOM <= greys->capacity);
    memcpy(greys->stack + greys->depth, basket->words, basket->filled * sizeof *basket->words);
    greys->depth += basket->filled;
    MM_STORE_RELAXED(&basket->filled, 0);
}

static void
aide_lock_baskets(struct block_heap *heap)
{
    world_jitter(&heap->world);
    pthread_mutex_lock(&heap->aide.baskets_lock);
}

static void
aide_unlock_baskets(struct block_heap *heap)
{
    pthread_mutex_unlock(&heap->aide.baskets_lock);
}

/* -- The aide ------------------------------------------------------------------------------------
 */

/* Steps that its stack has room for, at most AIDE_STEPS; the ring must fit as well when the aide is
 * gone. */
static uint64_t
aide_steps(const struct aide *aide)
{
    size_t free = aide->greys.capacity - aide->greys.depth;
    size_t steps = free > MARKER_RING ? (free - MARKER_RING) / MARKER_ROOM : 0;
    return steps < AIDE_STEPS ? steps : AIDE_STEPS;
}

static bool
aide_has_nothing(const struct aide *aide)
{
    return !aide->greys.depth && !aide->greys.ring_fill;
}

/* Takes what the marker gave; false: it waits for that now. */
static bool
aide_take(struct block_heap *heap)
{
    struct aide *aide = &heap->aide;
    if (MM_LOAD_RELAXED(&aide->aide_waits) && !MM_LOAD_RELAXED(&aide->for_aide.filled))
        return false;
    aide_lock_baskets(heap);
    basket_take(&aide->for_aide, &aide->greys);
    MM_STORE_RELAXED(&aide->aide_waits, !aide->greys.depth);
    aide_unlock_baskets(heap);
    return aide->greys.depth;
}

static void
aide_give(struct block_heap *heap)
{
    struct aide *aide = &heap->aide;
    if (MM_LOAD_RELAXED(&aide->for_marker.filled))
        return;
    aide_lock_baskets(heap);
    basket_fill_half(&aide->for_marker, &aide->greys);
    aide_unlock_baskets(heap);
}

static void
aide_come(struct block_heap *heap)
{
    aide_lock_baskets(heap);
    MM_STORE_RELAXED(&heap->aide.present, true);
    aide_unlock_baskets(heap);
}

static void
aide_go(struct block_heap *heap)
{
    aide_lock_baskets(heap);
    MM_STORE_RELAXED(&heap->aide.present, false);
    MM_STORE_RELAXED(&heap->aide.aide_waits, false);
    aide_unlock_baskets(heap);
}

uint64_t
aide_mark(struct block_heap *heap, const uint32_t *stop, uint64_t until_ns)
{
    struct aide *aide = &heap->aide;
    uint64_t steps = 0;
    if (pthread_mutex_trylock(&aide->lock) != 0)
        return 0;
    aide_come(heap);
    do {
        if (!MM_LOAD_ACQUIRE(&aide->admitted) || (aide_has_nothing(aide) && !aide_take(heap))) {
            MM_RELAX();
            continue;
        }
        uint64_t portion = aide_steps(aide);
        if (portion < AIDE_STEPS || MM_LOAD_RELAXED(&aide->marker_waits)) {
            aide_give(heap);
            portion = aide_steps(aide);
        }
        if (portion)
            steps += marker_drain_shared(heap, &aide->greys, portion);
    } while (events_clock() < until_ns && !MM_LOAD_RELAXED(stop));
    aide_go(heap);
    aide->steps += steps;
    pthread_mutex_unlock(&aide->lock);
    return steps;
}

/* -- The marker
 * ------------------------------------------------------------------------------------ */

/* Whether the marker's stack has room for a basket, made if need be. */
static bool
aide_marker_has_room(struct block_heap *heap)
{
    const struct greys *greys = &heap->marker.greys;
    while (greys->depth + AIDE_BASKET + MARKER_ROOM > greys->capacity)
        if (!marker_grow(heap))
            return false;
    return true;
}

/* With the lock of the baskets held: the marker shares from now on while there is an aide. */
static void
aide_admit(struct block_heap *heap)
{
    heap->marker.greys.shared = MM_LOAD_RELAXED(&heap->aide.present);
    MM_STORE_RELEASE(&heap->aide.admitted, heap->marker.greys.shared);
}

void
aide_exchange(struct block_heap *heap)
{
    struct aide *aide = &heap->aide;
    struct greys *greys = &heap->marker.greys;
    bool takes = MM_LOAD_RELAXED(&aide->for_marker.filled) && aide_marker_has_room(heap);
    bool gives = MM_LOAD_RELAXED(&aide->aide_waits) && !MM_LOAD_RELAXED(&aide->for_aide.filled);
    if (!takes && !(gives && greys->depth) && MM_LOAD_RELAXED(&aide->present) == greys->shared)
        return;
    aide_lock_baskets(heap);
    aide_admit(heap);
    if (takes)
        basket_take(&aide->for_marker, greys);
    if (gives)
        basket_fill_half(&aide->for_aide, greys);
    aide_unlock_baskets(heap);
}

/* With both locks: a basket full of what is left. */
static void
aide_surrender(struct aide *aide)
{
    struct greys *greys = &aide->greys;
    for (; greys->ring_fill; greys->ring_fill--) {
        greys->stack[greys->depth++] = (uintptr_t)greys->ring[greys->ring_head];
        greys->ring_head = (greys->ring_head + 1) % MARKER_RING;
    }
    size_t words = greys->depth < AIDE_BASKET ? greys->depth : AIDE_BASKET;
    basket_fill(&aide->for_marker, greys, greys->depth - words, greys->depth);
}

/* With the lock of the baskets held, and the marker's stack empty: moves what can be had.  Whom it
 * waits for it must have admitted. */
static enum aide_answer
aide_regain_now(struct block_heap *heap)
{
    struct aide *aide = &heap->aide;
    struct greys *greys = &heap->marker.greys;
    aide_admit(heap);
    bool alone = !aide->for_marker.filled && pthread_mutex_trylock(&aide->lock) == 0;
    if (alone) {
        if (!aide->for_aide.filled)
            aide_surrender(aide);
        pthread_mutex_unlock(&aide->lock);
        if (aide->for_aide.filled)
            basket_take(&aide->for_aide, greys);
    }
    basket_take(&aide->for_marker, greys);
    if (greys->depth || MM_LOAD_RELAXED(&heap->large.grey) != LARGE_NONE)
        return AIDE_GAVE;
    return alone || (aide->aide_waits && !aide->for_aide.filled) ? AIDE_DONE : AIDE_MARKS;
}

/* Whether another look may find something else than that the aide is at it.  Without a lock: who is
 * asked to give needs that of the baskets. */
static bool
aide_has_news(const struct block_heap *heap)
{
    const struct aide *aide = &heap->aide;
    return MM_LOAD_RELAXED(&aide->for_marker.filled) || MM_LOAD_RELAXED(&aide->aide_waits) ||
           !MM_LOAD_RELAXED(&aide->present) || !heap->marker.greys.shared ||
           MM_LOAD_RELAXED(&heap->large.grey) != LARGE_NONE;
}

enum aide_answer
aide_regain(struct block_heap *heap, uint64_t deadline_ns)
{
    struct aide *aide = &heap->aide;
    enum aide_answer answer;
    MM_STORE_RELAXED(&aide->marker_waits, true);
    for (;;) {
        aide_lock_baskets(heap);
        answer = aide_regain_now(heap);
        aide_unlock_baskets(heap);
        if (answer != AIDE_MARKS || (deadline_ns && events_clock() >= deadline_ns))
            break;
        while (!aide_has_news(heap) && (!deadline_ns || events_clock() < deadline_ns))
            MM_RELAX();
    }
    MM_STORE_RELAXED(&aide->marker_waits, false);
    return answer;
}

void
aide_settle(struct block_heap *heap)
{
    struct aide *aide = &heap->aide;
    mm_assert(aide_has_nothing(aide) && !aide->for_aide.filled && !aide->for_marker.filled);
    for (size_t i = 0; i < aide->kinds_count; i++) {
        struct kind *kind = &aide->greys.kinds[i];
        heap->kinds[i].marked += kind->marked;
        heap->kinds[i].blocks_touched += kind->blocks_touched;
        kind->marked = kind->blocks_touched = 0;
    }
    heap->marker.steps += aide->steps;
    aide->steps = 0;
}
