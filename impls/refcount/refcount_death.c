/* refcount_death.c -- the dead are linked through their headers and taken apart in portions.
 *
 * An object whose count falls to zero joins a list; a portion of the list is freed at once, the
 * rest by later deaths and by later calls that need new cells.  So a structure of any shape and
 * size dies without recursion, and no call stops for longer than its portion takes (deferred
 * freeing: Weizenbaum 1963; bounded as by Boehm 2004).  A long array dies from its end, a
 * portion of references at a time: its length is in its hands.
 *
 * Each mutator has a list of its own.  Neighbours in the list that are of one type are taken apart
 * in one loop, and their cells are popped again before any other: the memory of what just died is
 * near.  So that slabs can empty none the less, each class has an allowance of such cells, renewed
 * when its list is empty.  A run that was long enough goes on to the end of the page: it is the
 * order in which cells are freed that the next objects come in, and cut anywhere, time and again,
 * it would end as no order at all.
 *
 * In a heap that had several mutators, each cell is looked at for whose slab it is in.
 *
 * Cost: a decrement for each reference, and a push for each object; another for those that wait. */
#include "refcount.h"

enum { PORTION_AT_DEATH = 256 };

/* A cascade that ends of itself is told of only if it freed so much: most deaths are of one. */
enum { NOTABLE_BYTES = 64 << 10 };

enum { LINK_BITS = 45 };
static const uint64_t LINK_MASK = (UINT64_C(1) << LINK_BITS) - 1;
static const uint64_t DEAD_WORD = (uint64_t)(REFCOUNT_COLOUR | REFCOUNT_WAITING) << 32;
_Static_assert(REFCOUNT_DEAD == REFCOUNT_COLOUR >> REFCOUNT_COLOUR_SHIFT,
               "painted by setting bits");

size_t
refcount_cell_bytes(const struct mm_mutator *m, void *obj, const struct mm_type *type)
{
    const struct span *span = spans_entry(m->cells.bias, (char *)obj - refcount_front(type));
    if (span->kind == SPAN_LARGE)
        return span_committed(span);
    return (span - span->offset)->cell_bytes;
}

MM_INLINE void *
refcount_link_of(uint64_t word)
{
    return (void *)((word & LINK_MASK) << 3); /* NOLINT */
}

void *
refcount_next_dead(void *obj)
{
    return refcount_link_of(refcount_header(obj)->word);
}

void
refcount_bury(struct mm_mutator *m, void *obj)
{
    union refcount_header *header = refcount_header(obj);
    header->word = (header->word & ~LINK_MASK) | DEAD_WORD | (uintptr_t)m->dead >> 3;
    m->dead = obj;
}

void
refcount_bury_for(struct mm_mutator *m, void *obj)
{
    if (!m->stops_world) {
        refcount_bury(m, obj);
        return;
    }
    const struct span *slab = spans_entry(m->cells.bias, refcount_header(obj));
    slab -= slab->offset;
    struct slab_cache *owner = MM_LOAD_RELAXED(&slab->owner);
    struct mm_mutator *to = (struct mm_mutator *)owner;
    refcount_bury(to && !to->is_away ? to : m, obj);
}

/* One reference fewer; what dies of it joins the dead, whose first is given and returned.  The
 * header is read and written as a whole: a part that was just written cannot be read as part of a
 * whole before the write has left the processor's buffer. */
MM_INLINE void *
refcount_drop_to(struct mm_mutator *m, void *obj, void *dead)
{
    if (!obj)
        return dead;
    union refcount_header *header = refcount_header(obj);
    uint64_t word = header->word - 1;
    if (MM_LIKELY((uint32_t)word == 0)) {
        header->word = (word & ~LINK_MASK) | DEAD_WORD | (uintptr_t)dead >> 3;
        return obj;
    }
    header->word = word;
    if (!(word >> 32 & REFCOUNT_QUIET))
        refcount_suspect(m, obj);
    return dead;
}

static void
refcount_drop(struct mm_mutator *m, void *obj)
{
    if (MM_LIKELY(!m->several))
        m->dead = refcount_drop_to(m, obj, m->dead);
    else if (obj && refcount_drop_shared(m, obj))
        refcount_bury(m, obj);
}

static void
refcount_drop_place(void *m, mm_ref *place)
{
    refcount_drop(m, place->ptr_);
}

void
refcount_free_cell(struct mm_mutator *m, void *obj, const struct mm_type *type)
{
    char *cell = (char *)obj - refcount_front(type);
    struct span *span = spans_entry(m->cells.bias, cell);
    if (span->kind == SPAN_LARGE) {
        slabs_free_large(&m->cells, cell);
        return;
    }
    span -= span->offset;
    debug_fill(cell, DEBUG_FILL_DEAD, span->cell_bytes);
    if (MM_UNLIKELY(MM_LOAD_RELAXED(&span->owner) != &m->cells))
        slabs_send(&m->cells, span, cell);
    else if (MM_UNLIKELY(MM_LOAD_RELAXED(&m->stop)))
        slabs_push_own(&m->cells, span, cell); /* or m may never come by a slow half */
    else
        slabs_push_warm(&m->cells, span, cell);
}

/* Takes references off the end of a dead array, as many as the portion allows; whether it has
 * none left. */
static bool
refcount_shorten(struct mm_mutator *m, void *obj, const struct mm_type *type, size_t *portion)
{
    size_t n = refcount_length(type, obj), keep = n > *portion ? n - *portion : 0;
    const struct mm_type *element = type->element;
    for (size_t i = n; i-- > keep;) {
        if (type->tail == MM_TAIL_REFS)
            refcount_drop(m, mm_items(type, obj)[i].ptr_);
        else
            fields_each_word(element->ref_words, (char *)mm_tail(type, obj) + i * element->size,
                             refcount_drop_place, m);
    }
    refcount_set_length(type, obj, keep);
    *portion -= n - keep;
    return keep == 0;
}

/* -- runs of one type -- */

/* The dead of a mutator while those of one type are taken apart. */
struct refcount_run {
    void *hand; /* whose turn it is, or NULL; it is not linked, and its header may say it lives */
    void *rest; /* the others, linked */
    uint64_t word; /* the header of the dead of the type, without a link */
};

/* What is in hand joins the rest. */
MM_INLINE void
refcount_run_lay(struct refcount_run *run)
{
    refcount_header(run->hand)->word = run->word | (uintptr_t)run->rest >> 3;
    run->rest = run->hand;
}

/* For the few that do not die of it, or are of another type. */
static MM_NOINLINE void *
refcount_run_drop_other(struct mm_mutator *m, void *obj, void *dead)
{
    return refcount_drop_to(m, obj, dead);
}

/* One reference fewer of what was in hand; what dies of it and is of the type is in hand next.  So
 * of two that die the last is never linked, and nobody waits for the link that was just written. */
MM_INLINE void
refcount_run_drop(struct mm_mutator *m, struct refcount_run *run, void *obj)
{
    if (!obj)
        return;
    if (MM_UNLIKELY(((refcount_header(obj)->word - 1) | DEAD_WORD) != run->word)) {
        run->rest = refcount_run_drop_other(m, obj, run->rest);
        return;
    }
    if (run->hand)
        refcount_run_lay(run);
    run->hand = obj;
}

/* The first are written out, as in refcount_leave. */
MM_INLINE void
refcount_run_drop_all(struct mm_mutator *m, struct refcount_run *run, const mm_ref *fields,
                      size_t n)
{
    if (n > 0)
        refcount_run_drop(m, run, fields[0].ptr_);
    if (n > 1)
        refcount_run_drop(m, run, fields[1].ptr_);
    for (size_t i = 2; i < n; i++)
        refcount_run_drop(m, run, fields[i].ptr_);
}

/* Whether one is in hand now, if need be the first of the rest; else that is of another type. */
MM_INLINE bool
refcount_run_next(struct refcount_run *run)
{
    if (run->hand)
        return true;
    if (!run->rest)
        return false;
    uint64_t link = refcount_header(run->rest)->word - run->word;
    if (link > LINK_MASK)
        return false;
    run->hand = run->rest;
    run->rest = refcount_link_of(link);
    return true;
}

/* Whether they lie in one page: a run that was long enough does not end between them. */
MM_INLINE bool
refcount_is_near(const void *one, const void *other)
{
    return ((uintptr_t)one ^ (uintptr_t)other) < PAGES_BYTES;
}

/* Takes dead objects apart that follow each other and are of one type, at most so many, and those
 * of the same page that follow; says how many there were.  With is_ready their cells go straight to
 * the list that is popped, without a look at their slabs. */
MM_INLINE size_t
refcount_free_run(struct mm_mutator *m, const struct refcount_kind *kind, size_t most,
                  size_t refs_n, bool is_ready)
{
    uint64_t first = refcount_header(m->dead)->word;
    struct refcount_run run = { m->dead, refcount_link_of(first), first & ~LINK_MASK };
    size_t front = kind->front, cell_bytes = kind->cell_bytes;
    size_t fields_at = kind->first_ref * sizeof(mm_ref), left = most;
    void *ready = m->cells.free[kind->class_index];
    for (;;) {
        const char *obj = run.hand;
        struct slab_cell *cell = (struct slab_cell *)(void *)((char *)run.hand - front);
        run.hand = NULL;
        refcount_run_drop_all(m, &run, (const mm_ref *)(const void *)(obj + fields_at), refs_n);
        debug_fill(cell, DEBUG_FILL_DEAD, cell_bytes);
        if (is_ready) {
            cell->next = ready;
            ready = cell;
        } else {
            slabs_push_own(&m->cells, slabs_of(&m->cells, cell, cell_bytes), cell);
        }
        left--;
        if (!refcount_run_next(&run))
            break;
        if (left > 0)
            continue;
        if (!refcount_is_near(obj, run.hand))
            break;
        left++;
        most++;
    }
    if (run.hand)
        refcount_run_lay(&run);
    m->dead = run.rest;
    if (is_ready)
        m->cells.free[kind->class_index] = ready;
    return most - left;
}

/* A run whose cells are popped next, as far as the allowance of their class goes. */
static size_t
refcount_free_ready(struct mm_mutator *m, const struct refcount_kind *kind, size_t most)
{
    size_t allowance = m->allowance[kind->class_index];
    if (most > allowance)
        most = allowance;
    size_t freed = kind->run_refs == 2 ? refcount_free_run(m, kind, most, 2, true)
                                       : refcount_free_run(m, kind, most, kind->run_refs, true);
    m->allowance[kind->class_index] = (uint16_t)(freed < allowance ? allowance - freed : 0);
    return freed;
}

/* A run whose cells go to their slabs. */
static size_t
refcount_free_own(struct mm_mutator *m, const struct refcount_kind *kind, size_t most)
{
    return refcount_free_run(m, kind, most, kind->run_refs, false);
}

/* -- portions -- */

/* Takes the first dead object apart, or a portion of it, if it is an array. */
static size_t
refcount_free_one(struct mm_mutator *m, const struct refcount_kind *kind, size_t *portion)
{
    void *obj = m->dead;
    m->dead = refcount_next_dead(obj);
    --*portion;
    if (kind->has_length && !refcount_shorten(m, obj, kind->type, portion)) {
        refcount_bury(m, obj);
        return 0;
    }
    for (uint64_t words = kind->type->ref_words; words; words &= words - 1)
        refcount_drop(m, ((mm_ref *)obj + __builtin_ctzll(words))->ptr_);
    size_t bytes = refcount_cell_bytes(m, obj, kind->type);
    if (refcount_header(obj)->tag & REFCOUNT_KEPT)
        refcount_paint(obj, REFCOUNT_DEAD);
    else
        refcount_free_cell(m, obj, kind->type);
    return bytes;
}

void
refcount_free_for(struct mm_mutator *m, size_t portion, unsigned wanted)
{
    struct mm_heap *heap = refcount_heap(m);
    const struct events *events = &heap->slabs.spans.events;
    uint64_t begin = events_begin(events), bytes = 0;
    while (m->dead && portion > 0) {
        const struct refcount_kind *kind = refcount_kind(heap, m->dead);
        unsigned class_index = kind->class_index;
        if (m->mixed || class_index == REFCOUNT_NO_CLASS ||
            refcount_header(m->dead)->tag & REFCOUNT_KEPT) {
            bytes += refcount_free_one(m, kind, &portion);
            continue;
        }
        bool is_ready = m->allowance[class_index] > 0;
        if (!is_ready && class_index == wanted)
            break;
        size_t freed = is_ready ? refcount_free_ready(m, kind, portion)
                                : refcount_free_own(m, kind, portion);
        portion -= freed < portion ? freed : portion;
        bytes += freed * kind->cell_bytes;
    }
    if (portion == 0 || bytes >= NOTABLE_BYTES)
        events_end(events, MM_EVENT_CASCADE, m->cells.ordinal, begin, bytes);
}

void
refcount_free_some(struct mm_mutator *m, size_t portion)
{
    refcount_free_for(m, portion, REFCOUNT_NO_CLASS);
}

void
refcount_free_portion(struct mm_mutator *m)
{
    refcount_free_some(m, PORTION_AT_DEATH);
}

void
refcount_died(struct mm_mutator *m, void *obj)
{
    struct mm_heap *heap = refcount_heap(m);
    if (!mm_has_refs(refcount_type(heap, obj))) {
        refcount_free_cell(m, obj, refcount_type(heap, obj));
        return;
    }
    refcount_bury(m, obj);
    refcount_free_portion(m);
}

void
refcount_drop_all(struct mm_mutator *m, const mm_ref *places, size_t n)
{
    for (size_t i = 0; i < n; i++)
        refcount_drop(m, places[i].ptr_);
}
