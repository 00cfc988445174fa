/* refcount.c -- the heap, its types, and the slow halves of allocation: a portion of the dead is
 * freed, dead cycles are searched for when it is time, and only then is more memory taken. */
#include "refcount.h"

enum {
    PORTION_AT_REFILL = 1024,
    READY_BYTES = 16 << 10, /* that may be ready to be popped past their slabs, of each class */
    TYPES_BYTES = (REFCOUNT_TYPE_MASK + 1) * (int)sizeof(struct refcount_kind),
};
#define REFCOUNT_RESERVE ((size_t)16 << 30)

const struct mm_manager MM_MANAGER = {
    .name = "refcount",
    .summary = "immediate reference counting, cycles by trial deletion",
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = true,
    .emits_events = true,
    .tells_stops = true,
};

void
refcount_give_up(const struct mm_mutator *m, size_t bytes)
{
    mm_exhausted(bytes, m->cells.slabs->spans.pages.limit);
}

/* Between two stops: who ran out keeps nobody from a stop of his own. */
static void
refcount_run_out(struct mm_mutator *m, size_t bytes)
{
    refcount_park(m);
    refcount_give_up(m, bytes);
}

/* What a type's dead objects are taken apart by.  In one go only if they are all of one size, with
 * their references side by side. */
static struct refcount_kind
refcount_kind_of(const struct mm_type *type)
{
    size_t bytes = refcount_cell_size(type, 0);
    unsigned first = type->ref_words ? (unsigned)__builtin_ctzll(type->ref_words) : 0;
    unsigned refs_n = (unsigned)__builtin_popcountll(type->ref_words);
    bool is_row = type->ref_words >> first ==
                  (refs_n < 64 ? (UINT64_C(1) << refs_n) - 1 : ~UINT64_C(0));
    bool has_class = type->tail == MM_TAIL_NONE && bytes <= SIZE_CLASS_MAX && is_row;
    unsigned class_index = has_class ? size_class(bytes) : (unsigned)REFCOUNT_NO_CLASS;
    return (struct refcount_kind){
        .type = type,
        .front = (uint16_t)refcount_front(type),
        .class_index = (uint16_t)class_index,
        .cell_bytes = (uint16_t)(has_class ? size_class_bytes(class_index) : 0),
        .first_ref = (uint8_t)first,
        .run_refs = (uint8_t)refs_n,
        .has_length = refcount_has_length(type),
    };
}

static void
refcount_add_type(struct mm_mutator *m, const struct mm_type *type)
{
    struct mm_heap *heap = refcount_heap(m);
    uint32_t index = heap->types_used;
    size_t need = (index + 1) * sizeof(struct refcount_kind);
    if (!growing_ensure(&heap->types, &heap->slabs.spans.pages, need, need))
        refcount_give_up(m, sizeof(struct refcount_kind));
    ((struct refcount_kind *)(void *)heap->types.base)[index] = refcount_kind_of(type);
    heap->types_used++;
    bool green = type->acyclic || !mm_has_refs(type);
    union refcount_header first = {
        .count = 1, .tag = index << REFCOUNT_TYPE_SHIFT | (green ? REFCOUNT_GREEN : 0)
    };
    memcpy(type->state, &first, sizeof first);
}

/* Adds a type at its first object; with the world stopped, for others read the states. */
static void
refcount_register(struct mm_mutator *m, const struct mm_type *type)
{
    refcount_open(m);
    if (!refcount_first_word(type))
        refcount_add_type(m, type);
    refcount_close(m);
}

/* -- allocation -- */

static void
refcount_free_dead(struct mm_mutator *m)
{
    do
        refcount_free_some(m, SIZE_MAX);
    while (refcount_adopt_dead(m, true));
}

/* All dead objects are freed, whoever's they are, and dead cycles too; after refcount_open. */
static void
refcount_free_all(struct mm_mutator *m)
{
    do
        refcount_free_dead(m);
    while (refcount_search(m) > 0);
    refcount_free_dead(m);
}

/* All memory that can be had is; the same. */
static void
refcount_relieve(struct mm_mutator *m)
{
    refcount_free_all(m);
    for (struct mm_mutator *o = refcount_heap(m)->world.mutators; o; o = o->following)
        slabs_relieve(&o->cells);
}

/* With other mutators it may be time to stop them; alone, for what those left that are gone. */
static void
refcount_pay_world(struct mm_mutator *m, size_t steps, size_t bytes)
{
    if (m->several) {
        m->owed += 1 + bytes / PAGES_BYTES;
        if (m->owed >= m->owed_limit || m->logged >= m->log_limit)
            refcount_settle(m, steps);
        return;
    }
    if (MM_UNLIKELY(MM_LOAD_RELAXED(&refcount_heap(m)->left_dead)) && !m->dead) {
        refcount_open(m);
        (void)refcount_adopt_dead(m, false);
        refcount_close(m);
    }
    refcount_search_if_due(m, steps);
}

/* What is done before new cells are taken: a bounded part of what is owed, and a search if due.
 * A large object pays for itself, with as many references as it could hold: else dead arrays of
 * references would pile up behind new ones until the limit wants them all at once. */
static void
refcount_pay(struct mm_mutator *m, size_t bytes, unsigned class_index)
{
    const struct mm_heap *heap = refcount_heap(m);
    bool is_large = class_index == REFCOUNT_NO_CLASS;
    if (heap->collect_always) {
        refcount_open(m);
        refcount_free_all(m);
        refcount_close(m);
        return;
    }
    if (!is_large)
        m->allowance[class_index] = (uint16_t)(READY_BYTES / bytes);
    refcount_free_for(m, PORTION_AT_REFILL + bytes / sizeof(mm_ref), class_index);
    refcount_pay_world(m, heap->search_steps + is_large * bytes / sizeof(mm_ref), bytes);
}

/* What was freed last is taken first: its memory is near. */
static void *
refcount_take(struct mm_mutator *m, unsigned class_index)
{
    void *cell = slabs_pop(&m->cells, class_index);
    if (!cell)
        cell = slabs_take(&m->cells, class_index);
    return cell ? cell : slabs_grow(&m->cells, class_index);
}

/* At the limit the dead are freed until one leaves a cell that fits. */
static void *
refcount_take_from_dead(struct mm_mutator *m, unsigned class_index)
{
    void *cell = NULL;
    while (!cell && m->dead) {
        refcount_free_for(m, PORTION_AT_REFILL, class_index);
        cell = refcount_take(m, class_index);
    }
    return cell;
}

/* A cell of the class from where there is none ready. */
static void *
refcount_refill(struct mm_mutator *m, unsigned class_index)
{
    refcount_pay(m, size_class_bytes(class_index), class_index);
    void *cell = refcount_take(m, class_index);
    if (!cell && slabs_spare(&m->cells, size_class_bytes(class_index)))
        cell = refcount_take(m, class_index);
    if (!cell)
        cell = refcount_take_from_dead(m, class_index);
    if (!cell) {
        refcount_open(m);
        refcount_relieve(m);
        cell = refcount_take(m, class_index);
        if (!cell)
            cell = slabs_take_from_others(&m->cells, class_index);
        refcount_close(m);
    }
    if (!cell)
        refcount_run_out(m, size_class_bytes(class_index));
    if (refcount_heap(m)->collect_always || REFCOUNT_ALWAYS_REFILLS)
        slabs_put_back(&m->cells, class_index);
    return cell;
}

static void *
refcount_new_large(struct mm_mutator *m, size_t bytes)
{
    refcount_pay(m, bytes, REFCOUNT_NO_CLASS);
    void *cell = slabs_take_large(&m->cells, bytes);
    if (!cell && slabs_spare(&m->cells, bytes))
        cell = slabs_take_large(&m->cells, bytes);
    if (!cell) {
        refcount_open(m);
        refcount_relieve(m);
        cell = slabs_take_large(&m->cells, bytes);
        refcount_close(m);
    }
    if (!cell)
        refcount_run_out(m, bytes);
    return cell;
}

void *
refcount_new(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    mm_safepoint(m);
    if (!refcount_first_word(type))
        refcount_register(m, type);
    size_t bytes = refcount_cell_size(type, n);
    void *cell;
    if (bytes > SIZE_CLASS_MAX) {
        cell = refcount_new_large(m, bytes);
    } else {
        unsigned class_index = size_class(bytes);
        cell = slabs_pop(&m->cells, class_index);
        if (!cell)
            cell = refcount_refill(m, class_index);
    }
    return refcount_make(type, refcount_first_word(type), cell, n);
}

/* -- resizing -- */

static bool
refcount_resize_in_place(struct mm_mutator *m, void *obj, const struct mm_type *type,
                         size_t old_bytes, size_t new_bytes)
{
    if (old_bytes > SIZE_CLASS_MAX)
        return new_bytes > SIZE_CLASS_MAX &&
               slabs_resize_large(&m->cells, (char *)obj - refcount_front(type), new_bytes);
    return new_bytes <= SIZE_CLASS_MAX && size_class(old_bytes) == size_class(new_bytes);
}

/* The references beyond new_n are let go; there is nothing behind the fixed part without them. */
static void
refcount_let_go(struct mm_mutator *m, void *obj, const struct mm_type *type, size_t old_n,
                size_t new_n)
{
    if (!refcount_has_length(type))
        return;
    uint64_t words = type->tail == MM_TAIL_REFS ? 1 : type->element->ref_words;
    for (size_t i = new_n; i < old_n; i++)
        for (uint64_t left = words; left; left &= left - 1)
            refcount_drop_all(
                m, (mm_ref *)(void *)((char *)obj + mm_size(type, i)) + __builtin_ctzll(left), 1);
    refcount_free_portion(m);
}

static void
refcount_retain_place(void *m, mm_ref *place)
{
    refcount_retain(m, place->ptr_);
}

static void
refcount_touch_place(void *m, mm_ref *place)
{
    if (place->ptr_)
        refcount_touch(m, place->ptr_);
}

/* The fields of `old` have been copied to `fresh`, and `old` loses the one place that the program
 * knows of.  A dead object that waits may still count it: then the fields are both's until that is
 * taken apart.  The cell of one that somebody has the address of must stay.  With several mutators
 * the header may be another's, and the object lets go of its fields as it dies. */
static void
refcount_move_out(struct mm_mutator *m, void *old, void *fresh, const struct mm_type *type,
                  size_t n)
{
    if (m->several || refcount_header(old)->count > 1) {
        fields_each(type, fresh, n, refcount_retain_place, m);
        refcount_release(m, old);
    } else if (refcount_header(old)->tag & REFCOUNT_KEPT) {
        fields_each(type, fresh, n, refcount_touch_place, m);
        refcount_paint(old, REFCOUNT_DEAD);
    } else {
        refcount_free_cell(m, old, type);
    }
}

void *
refcount_resize(struct mm_mutator *m, void *obj, const struct mm_type *type, size_t old_n,
                size_t new_n)
{
    size_t old_bytes = refcount_cell_size(type, old_n), bytes = refcount_cell_size(type, new_n);
    size_t kept_n = old_n < new_n ? old_n : new_n;
    if (new_n < old_n)
        refcount_let_go(m, obj, type, old_n, new_n);
    if (refcount_resize_in_place(m, obj, type, old_bytes, bytes)) {
        refcount_set_length(type, obj, new_n);
        return obj;
    }
    refcount_set_length(type, obj, kept_n);
    void *fresh = mm_new_array(m, type, new_n).ptr_;
    memcpy(fresh, obj, mm_size(type, kept_n));
    refcount_move_out(m, obj, fresh, type, kept_n);
    return fresh;
}

/* -- the slow half of the contract -- */

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct slabs *slabs = slabs_create(config, sizeof(struct mm_heap));
    if (!slabs)
        mm_exhausted(sizeof(struct mm_heap), config->heap_bytes);
    struct mm_heap *heap = (struct mm_heap *)slabs;
    struct pages plain = slabs->spans.pages; /* tables, not cells: no huge pages for them */
    plain.huge = false;
    heap->collect_always = config->collect_always;
    heap->search_steps = REFCOUNT_STEPS_OF_US * (config->slice_us ? config->slice_us : 150);
    heap->growth_percent = config->growth_percent ? config->growth_percent : 100;
    heap->types_used = REFCOUNT_TYPES_FIRST;
    world_create(&heap->world, config->seed);
    if (!growing_init(&heap->types, &plain, TYPES_BYTES) ||
        !growing_init(&heap->buffer, &plain, REFCOUNT_RESERVE) ||
        !growing_init(&heap->stack, &plain, REFCOUNT_RESERVE) ||
        !growing_init(&heap->search.list, &plain, REFCOUNT_RESERVE) ||
        !growing_init(&heap->search.spills, &plain, REFCOUNT_RESERVE)) {
        mm_heap_destroy(heap);
        mm_exhausted(TYPES_BYTES, config->heap_bytes);
    }
    refcount_plan_search(heap, 0, 0);
    return heap;
}

/* The types outlive the heap, and must not remember it. */
void
mm_heap_destroy(struct mm_heap *heap)
{
    struct pages *pages = &heap->slabs.spans.pages;
    const struct refcount_kind *kinds = (const struct refcount_kind *)(void *)heap->types.base;
    for (uint32_t i = REFCOUNT_TYPES_FIRST; i < heap->types_used; i++)
        *kinds[i].type->state = (struct mm_type_state){ 0 };
    growing_release(&heap->types, pages);
    growing_release(&heap->buffer, pages);
    growing_release(&heap->stack, pages);
    growing_release(&heap->search.list, pages);
    growing_release(&heap->search.spills, pages);
    for (struct slab_cache *cache = heap->slabs.caches; cache; cache = cache->all)
        growing_release(&((struct mm_mutator *)cache)->log, pages);
    world_destroy(&heap->world);
    slabs_destroy(&heap->slabs);
}

/* Gives back what a search does not need now.  Not at the limit: what cells took of it, the next
 * suspects would want back, and every refill would search the heap. */
static void
refcount_shrink(struct mm_mutator *m)
{
    struct mm_heap *heap = refcount_heap(m);
    struct pages *pages = &heap->slabs.spans.pages;
    const struct events *events = &heap->slabs.spans.events;
    uint64_t begin = events_begin(events);
    size_t returned = growing_shrink(&heap->buffer, pages, heap->suspects * sizeof(void *)) +
                      growing_shrink(&heap->stack, pages, heap->depth * sizeof(void *)) +
                      growing_shrink(&heap->search.list, pages, 0) +
                      growing_shrink(&heap->search.spills, pages, 0);
    if (returned)
        events_end(events, MM_EVENT_PAGE_RETURN, m->cells.ordinal, begin, returned);
}

void
mm_collect(struct mm_mutator *m)
{
    refcount_open(m);
    refcount_relieve(m);
    refcount_shrink(m);
    refcount_close(m);
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    /* Its header is: an empty object may begin where its cell ends. */
    return obj && slabs_owns(&heap->slabs, (const union refcount_header *)obj - 1);
}
