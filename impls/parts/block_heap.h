/* block_heap.h -- the allocation fast path of the tracing collectors: a bump pointer for each kind
 * of cell in each mutator.
 *
 * A kind is a size of cell and where its references are.  Its number is known at compile time for
 * objects without references; for others it is kept in the type's state, and is 0 until the slow
 * path has seen the type.  The numbers below CELL_CLASSES stand for types not seen yet: their bump
 * pointers never have room, so that the fast path needs no test of its own.
 *
 * A tail of references reaches to the end of its cell; what the program did not ask for is null.
 * So nothing stands in front of an object, and no length is kept. */
#ifndef PARTS_BLOCK_HEAP_H
#define PARTS_BLOCK_HEAP_H

#include "parts/block_heap_sizes.h"
#include "parts/null_refs.h"
#include "parts/root_stack.h"

struct block_heap;

enum {
    BLOCK_BYTES = 1 << BLOCK_SHIFT,
    CELL_BYTES_MIN = 16,   /* so that no two cells begin in one granule */
    CELL_BYTES_FINE = 128, /* up to here a class every 8 bytes, then four for each doubling */
    CELL_BYTES_MAX = BLOCK_BYTES / 2,
    CELL_CLASSES_FINE = CELL_BYTES_FINE / 8 + 1,
    CELL_CLASSES = CELL_CLASSES_FINE + 4 * (BLOCK_SHIFT - 1 - 7),
    KINDS_MAX = 1 << 14,
    BUMP_PREFETCH_BYTES = 512 /* ahead of the bump pointer, the cache is told what comes */
};

struct bump {
    char *next, *limit;
    uint32_t block;   /* that the hole is in; BLOCK_NONE */
    uint32_t granule; /* of the block, where the search for the next hole begins */
    uint64_t handed;  /* atomic: bytes in its holes since the books were told; block_holes_tell */
};

struct mm_mutator {
    struct root_stack roots;
    uint32_t stop;    /* atomic: the world is to stop */
    uint32_t marking; /* of snapshot.h: the barrier is up */
    /* Of who keeps a log, what the barrier looks at: copies of the heap's. */
    const char *cells;
    size_t cells_bytes;
    const uint8_t *marks;
    uint8_t old;   /* mark byte of an old object that is not in the log */
    uint32_t kept; /* old values in its buffer */
    void **kept_values;
    struct block_heap *heap;
    struct mm_mutator *following; /* in the world's list */
    size_t handed_bytes;          /* in holes since the books were last told */
    uint32_t ordinal;
    uint32_t bumps;                /* that are usable */
    size_t committed;              /* bytes of this structure */
    size_t roots_charged;          /* bytes of the root stack */
    uintptr_t *log_next, *log_end; /* its piece of the log */
    struct bump bump[];            /* by kind */
};

/* A cell for this object, whose bytes are undefined, in whatever way it takes. */
MM_SLOW void *block_heap_refill(struct mm_mutator *m, const struct mm_type *type, size_t bytes);

/* The same for what is larger than a cell can be; its references are null. */
MM_SLOW void *block_heap_large(struct mm_mutator *m, const struct mm_type *type, size_t n);

/* Resizes by copy to what is larger than a cell: the copy alone may take long, and is told. */
MM_SLOW void block_heap_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type,
                               size_t old_n, size_t new_n);

/* The slow half of mm_global. */
MM_SLOW void block_heap_global(struct mm_mutator *m, mm_ref *slot);

/* The class of cells for this many bytes.  If they are a multiple of a power of two up to 64, then
 * so are the cells: a fine class fits exactly, and the coarse ones are multiples of 32 from 160 on
 * and of 64 from 256 on, 192 included. */
MM_INLINE size_t
cell_class(size_t bytes)
{
    if (bytes <= CELL_BYTES_FINE)
        return (bytes + 7) / 8;
    size_t log = 63 - (size_t)__builtin_clzll(bytes - 1);
    return CELL_CLASSES_FINE + (log - 7) * 4 + (((bytes - 1) >> (log - 2)) & 3);
}

MM_INLINE size_t
cell_class_bytes(size_t class)
{
    if (class < CELL_CLASSES_FINE)
        return class * 8;
    size_t step = class - CELL_CLASSES_FINE;
    return (5 + step % 4) << (step / 4 + 5);
}

/* What a cell must hold: the object, rounded up to its alignment. */
MM_INLINE size_t
cell_bytes(const struct mm_type *type, size_t n)
{
    size_t align = type->align > MM_ALIGN_DEFAULT ? type->align : MM_ALIGN_DEFAULT;
    size_t bytes = (mm_size(type, n) + align - 1) & ~(align - 1);
    return bytes < CELL_BYTES_MIN ? CELL_BYTES_MIN : bytes;
}

MM_INLINE void *
block_heap_bump(struct mm_mutator *m, const struct mm_type *type, size_t kind, size_t bytes)
{
    struct bump *bump = &m->bump[kind];
    char *cell = bump->next;
    if (MM_UNLIKELY(cell == bump->limit))
        return block_heap_refill(m, type, bytes);
    MM_PREFETCH_WRITE(cell + BUMP_PREFETCH_BYTES);
    bump->next = cell + bytes;
    return cell;
}

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    size_t needed = cell_bytes(type, n);
    if (MM_UNLIKELY(needed > CELL_BYTES_MAX))
        return (mm_owned){ block_heap_large(m, type, n) };
    size_t class = cell_class(needed), bytes = cell_class_bytes(class);
    size_t kinds = mm_has_refs(type) ? MM_LOAD_RELAXED(&type->state->index) : CELL_CLASSES;
    void *obj = block_heap_bump(m, type, kinds + class, bytes);
    null_refs(type, obj, 0);
    if (type->tail == MM_TAIL_REFS || (type->tail == MM_TAIL_ELEMENTS && type->element->ref_words))
        memset(mm_tail(type, obj), 0, bytes - type->size);
    return (mm_owned){ obj };
}

MM_INLINE mm_owned
mm_new(struct mm_mutator *m, const struct mm_type *type)
{
    if (type->tail != MM_TAIL_NONE || !type->ref_words)
        return mm_new_array(m, type, 0);
    void *obj = block_heap_bump(m, type, MM_LOAD_RELAXED(&type->state->index), cell_bytes(type, 0));
    null_refs(type, obj, 0);
    return (mm_owned){ obj };
}

/* A resized object is a new one; the old one is left to die. */
MM_INLINE void
mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
          size_t new_n)
{
    if (MM_UNLIKELY(cell_bytes(type, new_n) > CELL_BYTES_MAX)) {
        block_heap_resize(m, slot, type, old_n, new_n);
        return;
    }
    mm_owned fresh = mm_new_array(m, type, new_n);
    memcpy(fresh.ptr_, slot->ptr_, mm_size(type, old_n < new_n ? old_n : new_n));
    slot->ptr_ = fresh.ptr_;
}

MM_INLINE void
mm_global(struct mm_mutator *m, mm_ref *slot)
{
    block_heap_global(m, slot);
}

#endif
