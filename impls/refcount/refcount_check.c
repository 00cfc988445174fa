/* refcount_check.c -- the books and the invariants of refcount.h, by walking all cells. */
#include "refcount.h"

void *
refcount_object(void *cell)
{
    uint64_t word = ((union refcount_header *)cell)->word;
    switch (word >> 48 & REFCOUNT_TYPE_MASK) {
    case REFCOUNT_WORD_FREE:
        return NULL;
    case REFCOUNT_WORD_GAP:
        return (char *)cell + (word & 0xff);
    case REFCOUNT_WORD_LENGTH:
        return (char *)cell + 16;
    default:
        return (char *)cell + 8;
    }
}

static void
refcount_count_owed(void *user, void *cell, size_t bytes)
{
    void *obj = refcount_object(cell);
    if (obj && refcount_colour(obj) == REFCOUNT_DEAD)
        *(uint64_t *)user += bytes;
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    uint64_t owed = 0;
    slabs_stats(&heap->slabs, out);
    slabs_each_cell(&heap->slabs, refcount_count_owed, &owed);
    out->owed_bytes = owed;
    out->collections = heap->searches;
}

struct census {
    struct mm_heap *heap;
    size_t waiting, suspects, listed;
};

static bool
refcount_has_fields(void *obj)
{
    return obj && (refcount_colour(obj) != REFCOUNT_DEAD ||
                   (refcount_header(obj)->tag & REFCOUNT_WAITING));
}

static void
refcount_verify_object(void *user, void *cell, size_t bytes)
{
    struct census *census = user;
    void *obj = refcount_object(cell);
    if (!obj)
        return;
    uint32_t tag = refcount_header(obj)->tag;
    const struct mm_type *type = refcount_type(census->heap, obj);
    mm_assert((tag >> REFCOUNT_TYPE_SHIFT & REFCOUNT_TYPE_MASK) < census->heap->types_used);
    mm_assert(refcount_bytes(type, refcount_length(type, obj)) <= bytes);
    mm_assert(((tag & REFCOUNT_GREEN) != 0) == (type->acyclic || !mm_has_refs(type))); /* R4 */
    mm_assert((tag & REFCOUNT_QUIET) != REFCOUNT_QUIET);                               /* R4 */
    if (refcount_colour(obj) == REFCOUNT_DEAD) {
        mm_assert(tag & (REFCOUNT_WAITING | REFCOUNT_KEPT)); /* R5 */
        census->waiting += (tag & REFCOUNT_WAITING) != 0;
    } else {
        bool is_listed = tag & REFCOUNT_LISTED;
        enum refcount_colour colour = refcount_colour(obj);
        mm_assert(colour == REFCOUNT_BLACK || (colour == REFCOUNT_GREY && is_listed)); /* R2 */
        mm_assert(!(tag & REFCOUNT_WAITING));                                          /* R2 */
        mm_assert(is_listed || (tag & REFCOUNT_FOUND) == 0);                           /* R7 */
    }
    census->suspects += (tag & REFCOUNT_SUSPECT) != 0;
    census->listed += (tag & REFCOUNT_LISTED) != 0;
}

/* Counts are taken off for every field, and put on again: none may fall below zero. */
static void
refcount_take_off(void *user, mm_ref *place)
{
    struct census *census = user;
    void *obj = place->ptr_;
    if (!obj)
        return;
    /* An empty object may begin where its cell ends. */
    mm_assert(slabs_owns(&census->heap->slabs, refcount_header(obj))); /* R6 */
    uint32_t index = refcount_header(obj)->tag >> REFCOUNT_TYPE_SHIFT & REFCOUNT_TYPE_MASK;
    mm_assert(index >= REFCOUNT_TYPES_FIRST && index < census->heap->types_used); /* R6 */
    char *cell = (char *)obj - refcount_front(refcount_type(census->heap, obj));
    mm_assert(refcount_object(cell) == obj);          /* R6 */
    mm_assert(refcount_colour(obj) != REFCOUNT_DEAD); /* R6 */
    mm_assert(refcount_header(obj)->count-- > 0);     /* R1 */
}

static void
refcount_put_on(void *user, mm_ref *place)
{
    (void)user;
    if (place->ptr_)
        refcount_header(place->ptr_)->count++;
}

static void
refcount_take_off_all(void *user, void *cell, size_t bytes)
{
    struct census *census = user;
    void *obj = refcount_object(cell);
    (void)bytes;
    if (!refcount_has_fields(obj))
        return;
    const struct mm_type *type = refcount_type(census->heap, obj);
    fields_each(type, obj, refcount_length(type, obj), refcount_take_off, census);
}

static void
refcount_put_on_all(void *user, void *cell, size_t bytes)
{
    struct census *census = user;
    void *obj = refcount_object(cell);
    (void)bytes;
    if (!refcount_has_fields(obj))
        return;
    const struct mm_type *type = refcount_type(census->heap, obj);
    fields_each(type, obj, refcount_length(type, obj), refcount_put_on, census);
}

void
mm_verify(struct mm_heap *heap)
{
    struct census census = { .heap = heap };
    if (heap->world.mutators)
        refcount_apply(heap->world.mutators);
    slabs_verify(&heap->slabs);
    slabs_each_cell(&heap->slabs, refcount_verify_object, &census);
    slabs_each_cell(&heap->slabs, refcount_take_off_all, &census);
    slabs_each_cell(&heap->slabs, refcount_put_on_all, &census);
    size_t waiting = 0;
    for (struct slab_cache *cache = heap->slabs.caches; cache; cache = cache->all) {
        void *obj = ((struct mm_mutator *)cache)->dead;
        for (; obj; obj = refcount_next_dead(obj))
            waiting++;
    }
    mm_assert(waiting == census.waiting);         /* R3 */
    mm_assert(heap->suspects == census.suspects); /* R4 */
    for (size_t i = 0; i < heap->suspects; i++) {
        void *obj = ((void **)(void *)heap->buffer.base)[i];
        mm_assert(refcount_header(obj)->tag & REFCOUNT_SUSPECT); /* R4 */
    }
    bool is_unlisting = heap->search.phase == REFCOUNT_UNLIST;
    size_t first = is_unlisting ? heap->search.at : 0;
    mm_assert(heap->search.members - first == census.listed); /* R7 */
    for (size_t i = first; i < heap->search.members; i++) {
        void *obj = ((void **)(void *)heap->search.list.base)[i];
        mm_assert(refcount_header(obj)->tag & REFCOUNT_LISTED); /* R7 */
    }
}
