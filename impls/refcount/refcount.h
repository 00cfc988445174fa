/* refcount.h -- what the files of refcount share: the heap, the dead, and the suspects.
 *
 * Invariants (mm_verify), of a heap whose logs are applied (refcount_shared.c):
 *   R1  the count of a live object is at least the number of fields that refer to it, of live
 *       objects and of dead ones not yet taken apart; the rest are roots and objects in flight;
 *   R2  every live object is black and does not wait; but a listed one may be grey;
 *   R3  the mutators' lists of the dead hold exactly the objects that are dead and wait;
 *   R4  the buffer holds exactly the objects that are suspect, each once; green ones never;
 *   R5  a dead object that does not wait is suspect or listed: its cell is freed when it leaves the
 *       buffer and the list;
 *   R6  no field refers to a dead object or to a free cell;
 *   R7  the list of members holds exactly the listed objects, each once; there are none unless a
 *       search goes on, and of no other object places are counted as found. */
#ifndef REFCOUNT_H
#define REFCOUNT_H

#include "mm.h"

#include "parts/fields.h"
#include "parts/refcount_sizes.h"
#include "parts/world.h"

/* A type, and what the death of its objects needs of it. */
struct refcount_kind {
    const struct mm_type *type;
    uint16_t front;
    uint16_t class_index; /* REFCOUNT_NO_CLASS: not of all its objects, or not side by side */
    uint16_t cell_bytes;  /* of that class */
    uint8_t first_ref, run_refs; /* of a type with a class: words that are references */
    bool has_length;
};

/* A search that goes on in portions; see refcount_portions.c. */
enum refcount_phase {
    REFCOUNT_IDLE,
    REFCOUNT_LIST,
    REFCOUNT_TRACE,
    REFCOUNT_SCAN,
    REFCOUNT_CUT,
    REFCOUNT_UNLIST,
};
struct refcount_search {
    enum refcount_phase phase;
    bool again;    /* this scan has found something, or a grey member was touched */
    bool given_up; /* memory was missing: nothing is dead */
    struct growing list;
    size_t members, at; /* how many, and whose turn it is */
    size_t unit;        /* of the object at hand: the next piece of it */
    void *reviving;     /* the object at hand of a scan, or NULL */
    struct growing spills;
    size_t spills_n;
    size_t dead;
};

/* Written by the only mutator, or while the world is stopped, but for what is atomic. */
struct mm_heap {
    struct slabs slabs; /* first: see slabs_create */
    struct world world;
    struct growing types; /* struct refcount_kind, by index */
    uint32_t types_used;
    bool left_dead;        /* atomic: the list of the dead of some mutator that left is not empty */
    struct growing buffer; /* void *, suspects */
    size_t suspects;
    struct growing stack; /* void *, of a search for cycles */
    size_t depth;
    bool overflowed; /* some object waits because the stack could not grow */
    bool lost;       /* some suspect found no room in the buffer */
    bool collect_always;
    unsigned growth_percent;
    size_t trigger; /* suspects at which a search begins */
    size_t goal;    /* bytes held at which a search begins */
    uint64_t searches;
    size_t search_steps; /* of a portion */
    struct refcount_search search;
};

MM_INLINE struct mm_heap *
refcount_heap(const struct mm_mutator *m)
{
    return (struct mm_heap *)m->cells.slabs;
}

MM_INLINE enum refcount_colour
refcount_colour(void *obj)
{
    return (enum refcount_colour)(refcount_header(obj)->tag >> REFCOUNT_COLOUR_SHIFT & 3);
}

/* It waits no more. */
MM_INLINE void
refcount_paint(void *obj, enum refcount_colour colour)
{
    union refcount_header *header = refcount_header(obj);
    header->tag = (header->tag & ~(uint32_t)(REFCOUNT_COLOUR | REFCOUNT_WAITING)) |
                  (uint32_t)colour << REFCOUNT_COLOUR_SHIFT;
}

MM_INLINE const struct refcount_kind *
refcount_kind(const struct mm_heap *heap, void *obj)
{
    const struct refcount_kind *kinds = (const struct refcount_kind *)(void *)heap->types.base;
    return &kinds[refcount_header(obj)->tag >> REFCOUNT_TYPE_SHIFT & REFCOUNT_TYPE_MASK];
}

MM_INLINE const struct mm_type *
refcount_type(const struct mm_heap *heap, void *obj)
{
    return refcount_kind(heap, obj)->type;
}

/* The number of units, where the type's objects carry it. */
MM_INLINE size_t
refcount_length(const struct mm_type *type, void *obj)
{
    if (!refcount_has_length(type))
        return 0;
    return (size_t)((refcount_header(obj) - 1)->word & ((UINT64_C(1) << 48) - 1));
}

/* The object in a cell, or NULL if the cell is free. */
void *refcount_object(void *cell);

/* The bytes of an object's cell. */
size_t refcount_cell_bytes(const struct mm_mutator *m, void *obj, const struct mm_type *type);

/* Adds an object, whose fields are counted yet, to the dead of m; with _for, if m has stopped the
 * world, to those of the mutator that owns its cell. */
void refcount_bury(struct mm_mutator *m, void *obj);
void refcount_bury_for(struct mm_mutator *m, void *obj);

/* The next in the list of the dead. */
void *refcount_next_dead(void *obj);

/* Gives the cell of an object back; its fields are not looked at. */
void refcount_free_cell(struct mm_mutator *m, void *obj, const struct mm_type *type);

/* Takes dead objects apart: at most so many objects and references. */
void refcount_free_some(struct mm_mutator *m, size_t portion);

/* The same for who needs cells of the class: ends early when enough are ready to be popped. */
void refcount_free_for(struct mm_mutator *m, size_t portion, unsigned class_index);

/* Starts a search in portions if none goes on, or goes on with it: at most so many objects and
 * references; says how many bytes were found dead. */
size_t refcount_search_some(struct mm_mutator *m, size_t steps);

/* A reference to a listed object moves where the search does not see it. */
void refcount_touch(struct mm_mutator *m, void *obj);

/* Ends in mm_exhausted. */
MM_NORETURN void refcount_give_up(const struct mm_mutator *m, size_t bytes);

/* The dead leave the buffer of suspects; their cells may be freed then. */
void refcount_forget(struct mm_mutator *m, void *obj);

/* refcount_shared.c: between them nobody else runs, all counts are what they say, and m does as it
 * likes with every object and every mutator.  May collect. */
void refcount_open(struct mm_mutator *m);
void refcount_close(struct mm_mutator *m);

/* Between them, or with nobody running: applies the logs of all mutators. */
void refcount_apply(struct mm_mutator *m);

/* Stops the world for a moment, applies the logs, and searches a portion if it is time. */
void refcount_settle(struct mm_mutator *m, size_t steps);

/* Between them: takes over the dead of a mutator that is away, or, with `all`, of any; false: none.
 */
bool refcount_adopt_dead(struct mm_mutator *m, bool all);

/* With several mutators: one reference fewer; whether the object is dead, and to be buried. */
bool refcount_drop_shared(struct mm_mutator *m, void *obj);

/* With several mutators: the object, which is m's own, is noted as a suspect. */
void refcount_suspect_shared(struct mm_mutator *m, void *obj);

/* The same for the only mutator, and while the world is stopped; false: no memory. */
bool refcount_suspect_now(struct mm_heap *heap, void *obj);

/* A suspect found no room: the next search takes every object for one. */
void refcount_lose_suspect(struct mm_heap *heap);

/* Searches for dead cycles in one go, and adds them to the dead; says how many bytes they are. */
size_t refcount_search(struct mm_mutator *m);

/* Sets when the next search is due, after one that reached so many objects, and found so many of
 * them dead. */
void refcount_plan_search(struct mm_heap *heap, size_t reached, size_t dead);

/* Whether a search is due. */
bool refcount_search_due(const struct mm_heap *heap);

/* A portion of the search that goes on or is due, if there is one. */
void refcount_search_if_due(struct mm_mutator *m, size_t steps);

/* Whether an object may refer to something. */
bool refcount_is_used(const struct mm_heap *heap, void *obj);

#endif
