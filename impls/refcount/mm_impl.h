/* refcount -- immediate counting of places; dead cycles are found by trial deletion. */
#include "parts/no_free.h"
#include "parts/no_scopes.h"
#include "parts/plain_loads.h"
#include "parts/null_refs.h"
#include "parts/debug_fill.h"
#include "parts/slabs.h"
#include "refcount_header.h"

enum { MM_ROOTS = 1, MM_BARRIER = 1, MM_MOVES = 0 };

/* In the place of a size class: none, or a different one for each object. */
enum { REFCOUNT_NO_CLASS = SIZE_CLASSES };

struct mm_mutator {
    struct slab_cache cells;
    /* Of each class: so many cells may still be made ready to be popped past their slabs. */
    uint16_t allowance[SIZE_CLASSES + 1];
    /* There are other mutators: counts are not for everybody to write; see refcount_shared.c. */
    uint32_t several;
    uint32_t stop; /* atomic: the world is to stop, or the log to be applied */
    bool mixed;    /* there was another one once: cells may be of another's slab */
    bool stops_world;
    bool is_away; /* parked, or its thread left: with the world's lock */
    bool lost;    /* some suspect found no room in the log */
    void *dead;   /* objects that wait to be taken apart, through their headers */
    struct growing log;
    size_t logged, log_limit; /* entries, and so many that bring a stop */
    size_t owed, owed_limit;  /* slow halves since the last stop, and those that bring the next */
    uint64_t stop_begin_ns;
    struct mm_mutator *following; /* in the world's list */
    uint32_t ordinal;
};

/* A new object where no cell is ready, or of a type not seen yet, or large; gives up in
 * mm_exhausted. */
MM_SLOW void *refcount_new(struct mm_mutator *m, const struct mm_type *type, size_t n);

MM_SLOW void *refcount_resize(struct mm_mutator *m, void *obj, const struct mm_type *type,
                              size_t old_n, size_t new_n);

/* Its count fell to zero: it joins the dead, of which a portion is freed. */
MM_SLOW void refcount_died(struct mm_mutator *m, void *obj);

/* Its count fell, but not to zero: what is left may be a cycle. */
MM_SLOW void refcount_suspect(struct mm_mutator *m, void *obj);

/* A value lands in a field of an object that is older: if it was moved out of a root, and keeps
 * that object itself, a cycle closes without a count that falls. */
MM_NOINLINE void refcount_store_new(struct mm_mutator *m, mm_ref *field, void *value);

/* With several mutators: what the calls of refcount_places.h do instead. */
MM_NOINLINE void refcount_retain_shared(struct mm_mutator *m, void *obj);
MM_NOINLINE void refcount_release_shared(struct mm_mutator *m, void *obj);
MM_NOINLINE void refcount_store_shared(struct mm_mutator *m, mm_ref *place, void *value);
MM_NOINLINE void refcount_store_new_shared(struct mm_mutator *m, mm_ref *field, void *value);

/* One place of a living object fewer, for it was counted in vain. */
MM_NOINLINE void refcount_retract(struct mm_mutator *m, void *obj);

MM_SLOW void refcount_safepoint(struct mm_mutator *m);
void refcount_park(struct mm_mutator *m);
void refcount_unpark(struct mm_mutator *m);

/* Lets go of n references; what dies of it joins the dead, and is not taken apart yet. */
MM_SLOW void refcount_drop_all(struct mm_mutator *m, const mm_ref *places, size_t n);

/* Frees a portion of the dead. */
MM_SLOW void refcount_free_portion(struct mm_mutator *m);

/* The bytes of the cell of an object. */
MM_INLINE size_t
refcount_cell_size(const struct mm_type *type, size_t n)
{
    size_t bytes = refcount_bytes(type, n);
    return type->align > MM_ALIGN_DEFAULT ? size_aligned(bytes, type->align) : bytes;
}

/* Makes an object of a cell. */
MM_INLINE void *
refcount_make(const struct mm_type *type, uint64_t word, void *cell, size_t n)
{
    debug_fill(cell, DEBUG_FILL_FRESH, refcount_cell_size(type, n));
    void *obj = refcount_dress(type, word, cell, n);
    null_refs(type, obj, n);
    return obj;
}

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    uint64_t word = refcount_first_word(type);
    size_t bytes = refcount_cell_size(type, n);
    if (MM_UNLIKELY(!word || bytes > SIZE_CLASS_MAX))
        return (mm_owned){ refcount_new(m, type, n) };
    void *cell = slabs_pop(&m->cells, size_class(bytes));
    if (MM_UNLIKELY(!cell))
        return (mm_owned){ refcount_new(m, type, n) };
    return (mm_owned){ refcount_make(type, word, cell, n) };
}

MM_INLINE mm_owned
mm_new(struct mm_mutator *m, const struct mm_type *type)
{
    return mm_new_array(m, type, 0);
}

MM_INLINE void
mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
          size_t new_n)
{
    slot->ptr_ = refcount_resize(m, slot->ptr_, type, old_n, new_n);
    null_refs_grown(type, slot->ptr_, old_n, new_n);
}

MM_INLINE void
mm_safepoint(struct mm_mutator *m)
{
    if (MM_UNLIKELY(MM_LOAD_RELAXED(&m->stop)))
        refcount_safepoint(m);
}

MM_INLINE void
mm_park(struct mm_mutator *m)
{
    refcount_park(m);
}

MM_INLINE void
mm_unpark(struct mm_mutator *m)
{
    refcount_unpark(m);
}

#include "refcount_places.h"
