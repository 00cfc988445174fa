/* refcount_death.c -- the dead are linked through their headers and taken apart in portions.
 *
 * An object whose count falls to zero joins a list; a portion of the list is freed at once, the
 * rest by later deaths and by later calls that need new cells.  So a structure of any shape and
 * size dies without recursion, and no call stops for longer than its portion takes (deferred
 * freeing: Weizenbaum 1963; bounded as by Boehm 2004).  A long array dies from its end, a
 * portion of references at a time: its length is in its hands.
 *
 * Cost: a decrement for each reference and a push for each object. */
#include "refcount.h"

enum { PORTION_AT_DEATH = 256 };

/* A cascade that ends of itself is told of only if it freed so much: most deaths are of one. */
enum { NOTABLE_BYTES = 64 << 10 };

static const uint64_t LINK_MASK = (UINT64_C(1) << 45) - 1;

size_t
refcount_cell_bytes(const struct mm_mutator *m, void *obj, const struct mm_type *type)
{
    const struct span *span = spans_entry(m->cells.bias, (char *)obj - refcount_front(type));
    if (span->kind == SPAN_LARGE)
        return span_committed(span);
    return (span - span->offset)->cell_bytes;
}

void *
refcount_next_dead(void *obj)
{
    return (void *)((refcount_header(obj)->word & LINK_MASK) << 3); /* NOLINT */
}

void
refcount_bury(struct mm_heap *heap, void *obj)
{
    refcount_paint(obj, REFCOUNT_DEAD);
    union refcount_header *header = refcount_header(obj);
    header->tag |= REFCOUNT_WAITING;
    header->word = (header->word & ~LINK_MASK) | (uintptr_t)heap->dead >> 3;
    heap->dead = obj;
}

/* One reference fewer; what dies of it joins the dead. */
static void
refcount_drop(struct mm_mutator *m, void *obj)
{
    if (!obj)
        return;
    union refcount_header *header = refcount_header(obj);
    if (--header->count == 0)
        refcount_bury(refcount_heap(m), obj);
    else if (!(header->tag & REFCOUNT_QUIET))
        refcount_suspect(m, obj);
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
    slabs_push_own(&m->cells, span, cell);
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

void
refcount_free_some(struct mm_mutator *m, size_t portion)
{
    struct mm_heap *heap = refcount_heap(m);
    const struct events *events = &heap->slabs.spans.events;
    uint64_t begin = events_begin(events), bytes = 0;
    while (heap->dead && portion > 0) {
        void *obj = heap->dead;
        union refcount_header *header = refcount_header(obj);
        const struct mm_type *type = refcount_type(heap, obj);
        heap->dead = refcount_next_dead(obj);
        MM_PREFETCH(heap->dead ? refcount_header(heap->dead) : NULL);
        portion--;
        if (!refcount_shorten(m, obj, type, &portion)) {
            refcount_bury(heap, obj);
            continue;
        }
        fields_each_word(type->ref_words, obj, refcount_drop_place, m);
        bytes += refcount_cell_bytes(m, obj, type);
        if (header->tag & REFCOUNT_SUSPECT)
            refcount_paint(obj, REFCOUNT_DEAD);
        else
            refcount_free_cell(m, obj, type);
    }
    if (portion == 0 || bytes >= NOTABLE_BYTES)
        events_end(events, MM_EVENT_CASCADE, m->cells.ordinal, begin, bytes);
}

void
refcount_free_portion(struct mm_mutator *m)
{
    refcount_free_some(m, PORTION_AT_DEATH);
}

void
refcount_died(struct mm_mutator *m, void *obj)
{
    refcount_bury(refcount_heap(m), obj);
    refcount_free_portion(m);
}

void
refcount_drop_all(struct mm_mutator *m, const mm_ref *places, size_t n)
{
    for (size_t i = 0; i < n; i++)
        refcount_drop(m, places[i].ptr_);
}
