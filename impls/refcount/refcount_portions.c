/* refcount_portions.c -- a search for dead cycles in portions, between which the program runs.
 *
 * The idea is trial deletion (Bacon and Rajan 2001), but counts are not touched: how many places of
 * an object the search has found is kept beside its count, in the header.  Members are the
 * suspects and all that they reach, but for green objects.
 *
 *   list    the suspects leave their buffer and become members;
 *   trace   each member's fields are read once: a place is counted as found at the object that it
 *           refers to, which becomes a member too;
 *   scan    a grey member that is suspected again, or whose count is not the number of places
 *           found, may be alive: it becomes black, and all that it reaches;
 *           scanned again and again, until a whole scan comes by nothing of the kind;
 *   cut     what is grey now is dead: references to it become null, of its own and of members that
 *           died by their count and wait to be taken apart;
 *   unlist  members are members no more; the dead join the list of the dead.
 *
 * Why what is grey after the last scan is dead, though the program ran all the time.  Whoever takes
 * a reference to a member away calls refcount_suspect (a listed object is not quiet), or the member
 * dies, or refcount_touch is called; each is seen by a scan.  Let S be the members that are grey
 * after a scan that saw nothing, and x one of them:
 *   1. no reference to x has gone since the trace began, or since x was listed, so each place found
 * still refers to it;
 *   2. the count of x was the number of places found, so at the begin of that scan all its
 *      references were fields of members; a new one from elsewhere would need one from there;
 *   3. such a field is no black member's, or x would have become black with it: it holds x since
 *      the trace, and was read after the member became black; nor one of a dead member that was
 *      taken apart, because of 1.
 * So all references to S are fields of S, or of dead members that wait, and nothing else can ever
 * come by one.
 *
 * If memory for the list is missing, the search is given up, and the next one is made in one go
 * (refcount_cycles.c).  The places found have 13 bits; what does not fit goes to a list of spills,
 * which is only looked at for an object whose count differs from them by whole spills.
 *
 * Cost: a step for each member in each phase, in each scan, and one for each piece of a long
 * array; a portion stops the program for its steps alone. */
#include "refcount.h"

enum { FOUND_SHIFT = 32, FOUND_MAX = REFCOUNT_FOUND };
static const uint64_t FOUND_MASK = (uint64_t)FOUND_MAX << FOUND_SHIFT;
_Static_assert((int)REFCOUNT_SPILL <= (int)FOUND_MAX, "a spill is taken off the places found");

/* -- places found -- */

static bool
refcount_push_to(struct mm_heap *heap, struct growing *list, size_t *n, void *obj)
{
    size_t need = (*n + 1) * sizeof(void *);
    if (MM_UNLIKELY(need > list->committed) &&
        !growing_ensure(list, &heap->slabs.spans.pages, need, 2 * need)) {
        heap->search.given_up = true;
        return false;
    }
    ((void **)(void *)list->base)[(*n)++] = obj;
    return true;
}

static size_t
refcount_found(void *obj)
{
    return (refcount_header(obj)->word & FOUND_MASK) >> FOUND_SHIFT;
}

static void
refcount_find(struct mm_heap *heap, void *obj)
{
    union refcount_header *header = refcount_header(obj);
    struct refcount_search *search = &heap->search;
    if (refcount_found(obj) == FOUND_MAX || refcount_found(obj) >= 2 * (size_t)REFCOUNT_SPILL) {
        if (!refcount_push_to(heap, &search->spills, &search->spills_n, obj))
            return;
        header->word -= (uint64_t)REFCOUNT_SPILL << FOUND_SHIFT;
    }
    header->word += UINT64_C(1) << FOUND_SHIFT;
}

/* Whether all places of the object were found. */
static bool
refcount_is_found(const struct mm_heap *heap, void *obj)
{
    const struct refcount_search *search = &heap->search;
    size_t count = refcount_header(obj)->count, found = refcount_found(obj);
    if (count <= found || (count - found) % REFCOUNT_SPILL != 0)
        return count == found;
    for (size_t i = 0; i < search->spills_n; i++)
        if (((void **)(void *)search->spills.base)[i] == obj)
            found += REFCOUNT_SPILL;
    return count == found;
}

/* -- members -- */

static bool
refcount_is_listed(void *obj)
{
    return refcount_header(obj)->tag & REFCOUNT_LISTED;
}

static void *
refcount_member(const struct mm_heap *heap, size_t i)
{
    return ((void **)(void *)heap->search.list.base)[i];
}

static void
refcount_list(struct mm_heap *heap, void *obj)
{
    struct refcount_search *search = &heap->search;
    if (!refcount_push_to(heap, &search->list, &search->members, obj))
        return;
    refcount_paint(obj, REFCOUNT_GREY);
    refcount_header(obj)->tag |= REFCOUNT_LISTED;
}

void
refcount_touch(struct mm_mutator *m, void *obj)
{
    if (refcount_is_listed(obj) && !(refcount_header(obj)->tag & REFCOUNT_SUSPECT))
        refcount_suspect(m, obj);
}

/* Visits the places of an object, its fixed part first, then each unit of its tail, from where
 * `unit` stands; false if the steps ended before the object did. */
static bool
refcount_visit(struct mm_heap *heap, void *obj, size_t *steps, void (*visit)(void *heap, mm_ref *))
{
    const struct mm_type *type = refcount_type(heap, obj);
    size_t n = refcount_length(type, obj), *unit = &heap->search.unit;
    if (*unit == 0) {
        fields_each_word(type->ref_words, obj, visit, heap);
        *unit = 1;
    }
    for (; *unit <= n; ++*unit, --*steps) {
        if (*steps == 0)
            return false;
        if (type->tail == MM_TAIL_REFS)
            visit(heap, mm_items(type, obj) + *unit - 1);
        else
            fields_each_word(type->element->ref_words,
                             (char *)mm_tail(type, obj) + (*unit - 1) * type->element->size, visit,
                             heap);
    }
    *unit = 0;
    return true;
}

/* Whether a search follows the reference. */
static bool
refcount_is_red(const mm_ref *place)
{
    return place->ptr_ && !(refcount_header(place->ptr_)->tag & REFCOUNT_GREEN);
}

/* -- the phases: each does the next thing, and says whether there was one -- */

static bool
refcount_list_next(struct mm_mutator *m, struct mm_heap *heap)
{
    if (heap->suspects == 0)
        return false;
    void *obj = ((void **)(void *)heap->buffer.base)[--heap->suspects];
    if (refcount_colour(obj) == REFCOUNT_DEAD) {
        refcount_forget(m, obj);
        return true;
    }
    /* Nothing was found yet: what happened to a member before does not matter. */
    refcount_header(obj)->tag &= ~(uint32_t)REFCOUNT_SUSPECT;
    if (!refcount_is_listed(obj))
        refcount_list(heap, obj);
    return true;
}

static void
refcount_trace_child(void *user, mm_ref *place)
{
    struct mm_heap *heap = user;
    if (!refcount_is_red(place))
        return;
    if (!refcount_is_listed(place->ptr_))
        refcount_list(heap, place->ptr_);
    if (refcount_is_listed(place->ptr_))
        refcount_find(heap, place->ptr_);
}

/* Of an object that died meanwhile nothing is traced: its fields are given up one by one. */
static bool
refcount_is_traced(void *obj)
{
    return refcount_colour(obj) == REFCOUNT_GREY;
}

/* One that died since it was traced, and waits, may refer to those that are found dead. */
static bool
refcount_is_cut(void *obj)
{
    return refcount_colour(obj) == REFCOUNT_GREY ||
           (refcount_colour(obj) == REFCOUNT_DEAD &&
            (refcount_header(obj)->tag & REFCOUNT_WAITING));
}

static bool
refcount_visit_next(struct mm_heap *heap, bool (*is_visited)(void *obj), size_t *steps,
                    void (*visit)(void *heap, mm_ref *place))
{
    struct refcount_search *search = &heap->search;
    if (search->at == search->members)
        return false;
    void *obj = refcount_member(heap, search->at);
    bool is_done = true;
    if (is_visited(obj))
        is_done = refcount_visit(heap, obj, steps, visit);
    else
        search->unit = 0;
    search->at += is_done;
    return true;
}

static void
refcount_revive(struct mm_heap *heap, void *obj)
{
    refcount_paint(obj, REFCOUNT_BLACK);
    heap->search.again = true;
    (void)refcount_push_to(heap, &heap->stack, &heap->depth, obj);
}

static void
refcount_revive_child(void *user, mm_ref *place)
{
    if (refcount_is_red(place) && refcount_is_listed(place->ptr_) &&
        refcount_colour(place->ptr_) == REFCOUNT_GREY)
        refcount_revive(user, place->ptr_);
}

/* What was found alive before goes before what may be found. */
static bool
refcount_scan_next(struct mm_heap *heap, size_t *steps)
{
    struct refcount_search *search = &heap->search;
    if (!search->reviving && heap->depth > 0)
        search->reviving = ((void **)(void *)heap->stack.base)[--heap->depth];
    if (search->reviving) {
        bool is_dead = refcount_colour(search->reviving) == REFCOUNT_DEAD;
        if (is_dead || refcount_visit(heap, search->reviving, steps, refcount_revive_child))
            search->reviving = NULL;
        search->unit = search->reviving ? search->unit : 0;
        return true;
    }
    if (search->at == search->members)
        return false;
    void *obj = refcount_member(heap, search->at++);
    bool is_suspect = refcount_header(obj)->tag & REFCOUNT_SUSPECT;
    if (refcount_colour(obj) == REFCOUNT_GREY && (is_suspect || !refcount_is_found(heap, obj)))
        refcount_revive(heap, obj);
    return true;
}

static void
refcount_cut_child(void *heap, mm_ref *place)
{
    (void)heap;
    if (refcount_is_red(place) && refcount_is_listed(place->ptr_) &&
        refcount_colour(place->ptr_) == REFCOUNT_GREY)
        place->ptr_ = NULL;
}

static bool
refcount_unlist_next(struct mm_mutator *m, struct mm_heap *heap, size_t *freed)
{
    struct refcount_search *search = &heap->search;
    if (search->at == search->members)
        return false;
    void *obj = refcount_member(heap, search->at++);
    union refcount_header *header = refcount_header(obj);
    header->tag &= ~(uint32_t)REFCOUNT_LISTED;
    if (refcount_colour(obj) == REFCOUNT_DEAD) {
        if (!(header->tag & (REFCOUNT_WAITING | REFCOUNT_SUSPECT)))
            refcount_free_cell(m, obj, refcount_type(heap, obj));
        return true;
    }
    header->word &= ~FOUND_MASK;
    if (refcount_colour(obj) == REFCOUNT_GREY && !search->given_up) {
        *freed += refcount_cell_bytes(m, obj, refcount_type(heap, obj));
        search->dead++;
        refcount_bury_for(m, obj);
    } else {
        refcount_paint(obj, REFCOUNT_BLACK);
    }
    return true;
}

/* -- the search -- */

static void
refcount_enter(struct mm_heap *heap, enum refcount_phase phase)
{
    struct refcount_search *search = &heap->search;
    search->phase = phase;
    search->at = search->unit = 0;
    search->again = false;
}

static void
refcount_end_phase(struct mm_heap *heap)
{
    struct refcount_search *search = &heap->search;
    switch (search->phase) {
    case REFCOUNT_LIST:
        refcount_enter(heap, REFCOUNT_TRACE);
        break;
    case REFCOUNT_TRACE:
        refcount_enter(heap, REFCOUNT_SCAN);
        break;
    case REFCOUNT_SCAN:
        refcount_enter(heap, search->again ? REFCOUNT_SCAN : REFCOUNT_CUT);
        break;
    case REFCOUNT_CUT:
        refcount_enter(heap, REFCOUNT_UNLIST);
        break;
    default:
        refcount_plan_search(heap, search->members, search->dead);
        heap->searches++;
        search->members = search->spills_n = search->dead = 0;
        search->given_up = false;
        refcount_enter(heap, REFCOUNT_IDLE);
    }
}

/* Nothing that was listed may be forgotten: the next search looks at every object. */
static void
refcount_give_up_search(struct mm_heap *heap)
{
    heap->lost = true;
    heap->depth = 0;
    heap->search.reviving = NULL;
    refcount_enter(heap, REFCOUNT_UNLIST);
}

static bool
refcount_next(struct mm_mutator *m, struct mm_heap *heap, size_t *steps, size_t *freed)
{
    switch (heap->search.phase) {
    case REFCOUNT_LIST:
        return refcount_list_next(m, heap);
    case REFCOUNT_TRACE:
        return refcount_visit_next(heap, refcount_is_traced, steps, refcount_trace_child);
    case REFCOUNT_SCAN:
        return refcount_scan_next(heap, steps);
    case REFCOUNT_CUT:
        return refcount_visit_next(heap, refcount_is_cut, steps, refcount_cut_child);
    default:
        return refcount_unlist_next(m, heap, freed);
    }
}

size_t
refcount_search_some(struct mm_mutator *m, size_t steps)
{
    struct mm_heap *heap = refcount_heap(m);
    struct refcount_search *search = &heap->search;
    const struct events *events = &heap->slabs.spans.events;
    uint64_t begin = events_begin(events);
    size_t freed = 0;
    if (search->phase == REFCOUNT_IDLE)
        refcount_enter(heap, REFCOUNT_LIST);
    for (; steps > 0 && search->phase != REFCOUNT_IDLE; steps -= steps > 0) {
        if (!refcount_next(m, heap, &steps, &freed))
            refcount_end_phase(heap);
        if (search->given_up && search->phase < REFCOUNT_CUT)
            refcount_give_up_search(heap);
    }
    events_end(events, MM_EVENT_CYCLES, m->cells.ordinal, begin, freed);
    return freed;
}
