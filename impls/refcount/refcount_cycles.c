/* refcount_cycles.c -- dead cycles, found by trial deletion (Bacon and Rajan 2001, "Concurrent
 * Cycle Collection in Reference Counted Systems", the synchronous form).
 *
 * An object whose count fell to something else than zero is suspected to be kept by a cycle
 * alone.  A search makes three passes, each over all suspects before the next begins, so that
 * the whole is linear in what they reach:
 *   grey    what the suspects reach is painted grey, and each reference inside it is taken off
 *           the count of its target: what is left counts references from outside;
 *   scan    grey objects with a count left are alive: they and all they reach become black, and
 *           get their counts back; the others become white;
 *   gather  white objects are dead: their references to each other are made null, and they join
 *           the dead.  Those to green objects stay, and are let go when the dead are taken apart.
 * Green objects, whose types cannot be part of a cycle, are neither painted nor followed.
 *
 * The stack is explicit.  If it cannot grow, the object at hand is marked as waiting, and when
 * the stack is empty a walk over all cells finds those that wait: slow, but never wrong.  If the
 * buffer of suspects cannot grow, the next search takes every object for a suspect.
 *
 * Nothing of this is bounded in time.  It is made at the limit, in mm_collect, and after a search
 * in portions (refcount_portions.c) was given up for want of memory; only where a call may collect,
 * so no borrowed view is hurt. */
#include "refcount.h"

/* One search at work. */
struct search {
    struct mm_mutator *m;
    struct mm_heap *heap;
    void (*step)(struct search *search, void *obj); /* of the present pass */
    bool waited; /* the object of this step comes from the walk, not from the stack */
    size_t reached, dead, freed_bytes;
};

/* -- suspects -- */

void
refcount_lose_suspect(struct mm_heap *heap)
{
    heap->lost = true;
    if (heap->search.phase < REFCOUNT_CUT)
        heap->search.given_up = heap->search.phase != REFCOUNT_IDLE;
}

bool
refcount_suspect_now(struct mm_heap *heap, void *obj)
{
    size_t need = (heap->suspects + 1) * sizeof(void *);
    if (!growing_ensure(&heap->buffer, &heap->slabs.spans.pages, need, 2 * need)) {
        refcount_lose_suspect(heap);
        return false;
    }
    union refcount_header *header = refcount_header(obj);
    header->tag |= REFCOUNT_SUSPECT;
    if (header->tag & REFCOUNT_LISTED && refcount_colour(obj) == REFCOUNT_GREY)
        heap->search.again = true;
    ((void **)(void *)heap->buffer.base)[heap->suspects++] = obj;
    return true;
}

void
refcount_suspect(struct mm_mutator *m, void *obj)
{
    if (m->several)
        refcount_suspect_shared(m, obj);
    else
        (void)refcount_suspect_now(refcount_heap(m), obj);
}

static void
refcount_see_place(void *is_used, mm_ref *place)
{
    *(bool *)is_used |= place->ptr_ != NULL;
}

bool
refcount_is_used(const struct mm_heap *heap, void *obj)
{
    const struct mm_type *type = refcount_type(heap, obj);
    bool is_used = mm_unit(type) > 1; /* long arrays are not looked at */
    fields_each_word(type->ref_words, obj, refcount_see_place, &is_used);
    return is_used;
}

void
refcount_store_new(struct mm_mutator *m, mm_ref *field, void *value)
{
    if (refcount_is_used(refcount_heap(m), value))
        refcount_suspect(m, value);
    refcount_land_alone(m, field, value);
}

void
refcount_forget(struct mm_mutator *m, void *obj)
{
    union refcount_header *header = refcount_header(obj);
    header->tag &= ~(uint32_t)REFCOUNT_SUSPECT;
    if (!(header->tag & (REFCOUNT_WAITING | REFCOUNT_LISTED)))
        refcount_free_cell(m, obj, refcount_type(refcount_heap(m), obj));
}

/* The dead leave the buffer; those that were taken apart leave their cells too. */
static void
refcount_drop_dead_suspects(struct mm_mutator *m)
{
    struct mm_heap *heap = refcount_heap(m);
    void **suspects = (void **)(void *)heap->buffer.base;
    size_t kept = 0;
    for (size_t i = 0; i < heap->suspects; i++) {
        void *obj = suspects[i];
        if (refcount_colour(obj) != REFCOUNT_DEAD)
            suspects[kept++] = obj;
        else
            refcount_forget(m, obj);
    }
    heap->suspects = kept;
}

/* -- the stack -- */

static void
refcount_push(struct search *search, void *obj)
{
    struct mm_heap *heap = search->heap;
    size_t need = (heap->depth + 1) * sizeof(void *);
    if (MM_UNLIKELY(need > heap->stack.committed) &&
        !growing_ensure(&heap->stack, &heap->slabs.spans.pages, need, 2 * need)) {
        refcount_header(obj)->tag |= REFCOUNT_WAITING;
        heap->overflowed = true;
        return;
    }
    ((void **)(void *)heap->stack.base)[heap->depth++] = obj;
}

static void
refcount_drain(struct search *search, size_t depth)
{
    struct mm_heap *heap = search->heap;
    while (heap->depth > depth)
        search->step(search, ((void **)(void *)heap->stack.base)[--heap->depth]);
}

static void
refcount_step_waiting(void *user, void *cell, size_t bytes)
{
    struct search *search = user;
    void *obj = refcount_object(cell);
    (void)bytes;
    if (!obj || refcount_colour(obj) == REFCOUNT_DEAD ||
        !(refcount_header(obj)->tag & REFCOUNT_WAITING))
        return;
    refcount_header(obj)->tag &= ~(uint32_t)REFCOUNT_WAITING;
    search->waited = true;
    search->step(search, obj);
    search->waited = false;
    refcount_drain(search, 0);
}

/* Steps until nothing is left to do, on the stack or waiting. */
static void
refcount_finish(struct search *search)
{
    refcount_drain(search, 0);
    while (search->heap->overflowed) {
        search->heap->overflowed = false;
        slabs_each_cell(&search->heap->slabs, refcount_step_waiting, search);
    }
}

/* -- the passes -- */

static void
refcount_children(struct search *search, void *obj, void (*visit)(void *user, mm_ref *place))
{
    const struct mm_type *type = refcount_type(search->heap, obj);
    fields_each(type, obj, refcount_length(type, obj), visit, search);
}

/* Whether the place holds an object that a search follows. */
static bool
refcount_is_followed(const mm_ref *place)
{
    return place->ptr_ && !(refcount_header(place->ptr_)->tag & REFCOUNT_GREEN);
}

static void
refcount_grey_child(void *search, mm_ref *place)
{
    void *child = place->ptr_;
    if (!refcount_is_followed(place))
        return;
    refcount_header(child)->count--;
    if (refcount_colour(child) != REFCOUNT_GREY) {
        refcount_paint(child, REFCOUNT_GREY);
        refcount_push(search, child);
    }
}

static void
refcount_grey_step(struct search *search, void *obj)
{
    search->reached++;
    refcount_children(search, obj, refcount_grey_child);
}

static void
refcount_grey_suspect(struct search *search, void *obj)
{
    if (refcount_colour(obj) == REFCOUNT_GREY)
        return;
    refcount_paint(obj, REFCOUNT_GREY);
    refcount_push(search, obj);
    refcount_drain(search, 0);
}

/* A black object's references count again, and make black what they refer to. */
static void
refcount_black_child(void *search, mm_ref *place)
{
    void *child = place->ptr_;
    if (!refcount_is_followed(place))
        return;
    refcount_header(child)->count++;
    if (refcount_colour(child) != REFCOUNT_BLACK) {
        refcount_paint(child, REFCOUNT_BLACK);
        refcount_push(search, child);
    }
}

static void
refcount_black_step(struct search *search, void *obj)
{
    refcount_children(search, obj, refcount_black_child);
}

static void
refcount_scan_child(void *search, mm_ref *place)
{
    if (refcount_is_followed(place) && refcount_colour(place->ptr_) == REFCOUNT_GREY)
        refcount_push(search, place->ptr_);
}

/* An object may be on the stack several times: the first time decides.  One that is black and
 * waited is alive, and its references are to be put on its targets' counts yet. */
static void
refcount_scan_step(struct search *search, void *obj)
{
    enum refcount_colour colour = refcount_colour(obj);
    if (colour == REFCOUNT_WHITE || (colour == REFCOUNT_BLACK && !search->waited))
        return;
    search->waited = false;
    if (colour == REFCOUNT_GREY && refcount_header(obj)->count == 0) {
        refcount_paint(obj, REFCOUNT_WHITE);
        refcount_children(search, obj, refcount_scan_child);
        return;
    }
    size_t depth = search->heap->depth;
    refcount_paint(obj, REFCOUNT_BLACK);
    search->step = refcount_black_step;
    refcount_black_step(search, obj);
    refcount_drain(search, depth);
    search->step = refcount_scan_step;
}

static void
refcount_scan_suspect(struct search *search, void *obj)
{
    if (refcount_colour(obj) != REFCOUNT_GREY)
        return;
    refcount_push(search, obj);
    refcount_drain(search, 0);
}

/* Grey now means: dead, and to be gathered. */
static void
refcount_gather_child(void *search, mm_ref *place)
{
    void *child = place->ptr_;
    if (!refcount_is_followed(place))
        return;
    if (refcount_colour(child) == REFCOUNT_WHITE) {
        refcount_paint(child, REFCOUNT_GREY);
        refcount_push(search, child);
    }
    place->ptr_ = NULL;
}

static void
refcount_gather_step(struct search *search, void *obj)
{
    refcount_children(search, obj, refcount_gather_child);
    search->freed_bytes += refcount_cell_bytes(search->m, obj, refcount_type(search->heap, obj));
    search->dead++;
    refcount_bury_for(search->m, obj);
}

static void
refcount_gather_suspect(struct search *search, void *obj)
{
    if (refcount_colour(obj) != REFCOUNT_WHITE)
        return;
    refcount_paint(obj, REFCOUNT_GREY);
    refcount_push(search, obj);
    refcount_drain(search, 0);
}

/* -- a search -- */

struct each_live {
    struct search *search;
    void (*visit)(struct search *search, void *obj);
};

static void
refcount_visit_live(void *user, void *cell, size_t bytes)
{
    struct each_live *each = user;
    void *obj = refcount_object(cell);
    (void)bytes;
    if (obj && refcount_colour(obj) != REFCOUNT_DEAD &&
        !(refcount_header(obj)->tag & (REFCOUNT_GREEN | REFCOUNT_WAITING)))
        each->visit(each->search, obj);
}

static void
refcount_pass(struct search *search, void (*visit)(struct search *search, void *obj),
              void (*step)(struct search *search, void *obj))
{
    struct mm_heap *heap = search->heap;
    search->step = step;
    if (heap->lost) {
        struct each_live each = { search, visit };
        slabs_each_cell(&heap->slabs, refcount_visit_live, &each);
    } else {
        for (size_t i = 0; i < heap->suspects; i++)
            visit(search, ((void **)(void *)heap->buffer.base)[i]);
    }
    refcount_finish(search);
}

bool
refcount_search_due(const struct mm_heap *heap)
{
    return heap->suspects >= heap->trigger ||
           (MM_LOAD_RELAXED(&heap->slabs.spans.pages.held) >= heap->goal);
}

void
refcount_search_if_due(struct mm_mutator *m, size_t steps)
{
    struct mm_heap *heap = refcount_heap(m);
    if (heap->search.phase == REFCOUNT_IDLE && !refcount_search_due(heap))
        return;
    if (heap->search.phase == REFCOUNT_IDLE && heap->lost)
        (void)refcount_search(m);
    else
        (void)refcount_search_some(m, steps);
}

/* The next search is due when as many suspects have come as make up for this one's work: a
 * quarter of what it reached, or all of it if hardly any of that was dead; or when the heap has
 * grown as much as it may between collections. */
void
refcount_plan_search(struct mm_heap *heap, size_t reached, size_t dead)
{
    size_t held = MM_LOAD_RELAXED(&heap->slabs.spans.pages.held);
    size_t growth = held / 100 * heap->growth_percent;
    size_t trigger = dead < reached / 8 ? reached : reached / 4;
    heap->trigger = trigger > REFCOUNT_TRIGGER_MIN ? trigger : REFCOUNT_TRIGGER_MIN;
    heap->goal = held + (growth > REFCOUNT_GROWTH_MIN ? growth : REFCOUNT_GROWTH_MIN);
}

size_t
refcount_search(struct mm_mutator *m)
{
    struct mm_heap *heap = refcount_heap(m);
    struct search search = { .m = m, .heap = heap };
    while (heap->search.phase != REFCOUNT_IDLE)
        search.freed_bytes += refcount_search_some(m, SIZE_MAX);
    const struct events *events = &heap->slabs.spans.events;
    uint64_t begin = events_begin(events);
    bool has_work = heap->suspects || heap->lost;
    refcount_drop_dead_suspects(m);
    if (heap->suspects || heap->lost) {
        refcount_pass(&search, refcount_grey_suspect, refcount_grey_step);
        refcount_pass(&search, refcount_scan_suspect, refcount_scan_step);
        refcount_pass(&search, refcount_gather_suspect, refcount_gather_step);
        for (size_t i = 0; i < heap->suspects; i++) {
            void *obj = ((void **)(void *)heap->buffer.base)[i];
            refcount_header(obj)->tag &= ~(uint32_t)REFCOUNT_SUSPECT;
        }
        heap->suspects = 0;
        heap->lost = false;
        heap->searches++;
    }
    if (has_work)
        events_end(events, MM_EVENT_CYCLES, m->cells.ordinal, begin, search.freed_bytes);
    refcount_plan_search(heap, search.reached, search.dead);
    return search.freed_bytes;
}
