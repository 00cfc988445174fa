/* block_kinds.c -- the registry of kinds: sizes of cells and where their references are.
 *
 * Types that look alike share their kinds.  A type without a tail has one; a type with a tail has a
 * run of CELL_CLASSES, of which the first, for no size, describes its large objects.  Kinds are
 * never given up while the heap lives: their number is bounded by the program's types.
 *
 * Cost: a search through all kinds, once for each type. */
#include "parts/block_heap_books.h"

#include "parts/assert.h"

enum { STATES_MAX = 1 << 16 };

static struct kind
block_kinds_describe(const struct mm_type *type, size_t bytes)
{
    struct kind kind = {
        .refs = type->ref_words,
        .bytes = (uint32_t)bytes,
        .cells = (uint32_t)(bytes ? BLOCK_BYTES / bytes : 0),
        .fixed_bytes = type->tail == MM_TAIL_NONE ? 0 : type->size,
    };
    if (type->tail == MM_TAIL_REFS) {
        kind.unit_refs = 1;
        kind.unit_bytes = sizeof(mm_ref);
    } else if (type->tail == MM_TAIL_ELEMENTS && type->element->ref_words) {
        kind.unit_refs = type->element->ref_words;
        kind.unit_bytes = type->element->size;
    }
    kind.has_refs = kind.refs || kind.unit_refs;
    if (kind.refs && !kind.unit_refs) {
        unsigned first = (unsigned)__builtin_ctzll(kind.refs);
        unsigned run = (unsigned)__builtin_popcountll(kind.refs);
        bool side_by_side = kind.refs >> first == ~UINT64_C(0) >> (64 - run);
        kind.run_first = (uint16_t)first;
        kind.run = (uint16_t)(side_by_side ? run : 0);
    }
    return kind;
}

/* Makes room for the bump pointers of all kinds, before a number of theirs is known. */
static bool
block_kinds_extend_mutators(struct block_heap *heap, size_t kinds)
{
    for (struct mm_mutator *m = heap->world.mutators; m; m = m->following)
        if (!block_kinds_extend_mutator(m, kinds))
            return false;
    return true;
}

bool
block_kinds_extend_mutator(struct mm_mutator *m, size_t kinds)
{
    size_t bytes = sizeof *m + kinds * sizeof m->bump[0];
    if (!block_heap_extend(m->heap, m, &m->committed, bytes))
        return false;
    for (; m->bumps < kinds; m->bumps++)
        m->bump[m->bumps].block = BLOCK_NONE;
    return true;
}

static bool
block_kinds_extend(struct block_heap *heap, size_t kinds)
{
    return kinds <= KINDS_MAX &&
           block_heap_extend(heap, heap->kinds, &heap->kinds_committed,
                             kinds * sizeof(struct kind)) &&
           block_heap_extend(heap, heap->books, &heap->books_committed,
                             kinds * sizeof(struct kind_books)) &&
           block_kinds_extend_mutators(heap, kinds);
}

static void
block_kinds_add(struct block_heap *heap, const struct kind *kind)
{
    heap->books[heap->kinds_count] = (struct kind_books){
        .unswept = { BLOCK_NONE, BLOCK_NONE, 0 },
        .swept = { BLOCK_NONE, BLOCK_NONE, 0 },
        .full = { BLOCK_NONE, BLOCK_NONE, 0 },
        .partial = { BLOCK_NONE, BLOCK_NONE, 0 },
    };
    heap->kinds[heap->kinds_count++] = *kind;
}

/* A kind for each class of cell, and in front the one that describes large objects. */
static void
block_kinds_add_run(struct block_heap *heap, const struct mm_type *type)
{
    for (size_t class = 0; class < CELL_CLASSES; class ++) {
        struct kind kind = block_kinds_describe(type, cell_class_bytes(class));
        block_kinds_add(heap, &kind);
    }
}

static bool
block_kinds_alike(const struct kind *a, const struct kind *b)
{
    return a->refs == b->refs && a->unit_refs == b->unit_refs && a->unit_bytes == b->unit_bytes &&
           a->fixed_bytes == b->fixed_bytes && a->bytes == b->bytes;
}

/* The first kind of this type's: its only one, or of its run. */
static size_t
block_kinds_register(struct block_heap *heap, const struct mm_type *type)
{
    bool run = type->tail != MM_TAIL_NONE;
    struct kind first = block_kinds_describe(type, run ? 0 : cell_bytes(type, 0));
    size_t index = 2 * CELL_CLASSES;
    while (index < heap->kinds_count && !block_kinds_alike(&heap->kinds[index], &first))
        index++;
    if (heap->states_count == STATES_MAX ||
        !block_heap_extend(heap, heap->states, &heap->states_committed,
                           (heap->states_count + 1) * sizeof heap->states[0]))
        return 0;
    if (index == heap->kinds_count) {
        if (!block_kinds_extend(heap, index + (run ? CELL_CLASSES : 1)))
            return 0;
        if (run)
            block_kinds_add_run(heap, type);
        else
            block_kinds_add(heap, &first);
    }
    heap->states[heap->states_count++] = type->state;
    MM_STORE_RELEASE(&type->state->index, (uint32_t)index);
    return index;
}

size_t
block_kinds_find(struct block_heap *heap, const struct mm_type *type, size_t bytes)
{
    size_t class = bytes > CELL_BYTES_MAX ? 0 : cell_class(bytes);
    if (!mm_has_refs(type))
        return CELL_CLASSES + class;
    size_t index = MM_LOAD_RELAXED(&type->state->index);
    if (!index)
        index = block_kinds_register(heap, type);
    return index && type->tail != MM_TAIL_NONE ? index + class : index;
}

void
block_kinds_create(struct block_heap *heap)
{
    static const struct mm_type plain = { .name = "bytes", .tail = MM_TAIL_BYTES };
    heap->kinds = pages_reserve(&heap->pages, KINDS_MAX * sizeof(struct kind));
    heap->books = pages_reserve(&heap->pages, KINDS_MAX * sizeof(struct kind_books));
    heap->states = pages_reserve(&heap->pages, STATES_MAX * sizeof heap->states[0]);
    if (!heap->kinds || !heap->books || !heap->states ||
        !block_kinds_extend(heap, 2 * CELL_CLASSES))
        mm_exhausted(KINDS_MAX * sizeof(struct kind), heap->pages.limit);
    const struct kind unseen = { .refs = 0 };
    for (unsigned i = 0; i < CELL_CLASSES; i++)
        block_kinds_add(heap, &unseen);
    block_kinds_add_run(heap, &plain);
}

void
block_kinds_destroy(struct block_heap *heap)
{
    for (size_t i = 0; i < heap->states_count; i++)
        *heap->states[i] = (struct mm_type_state){ 0, 0 };
    pages_release(&heap->pages, heap->kinds, KINDS_MAX * sizeof(struct kind),
                  heap->kinds_committed);
    pages_release(&heap->pages, heap->books, KINDS_MAX * sizeof(struct kind_books),
                  heap->books_committed);
    pages_release(&heap->pages, heap->states, STATES_MAX * sizeof heap->states[0],
                  heap->states_committed);
}
