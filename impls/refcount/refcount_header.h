/* refcount_header.h -- the word before each object: its count, its type and its colour.
 *
 *   bits  0..31   count: places that refer to the object, and one while it is in flight
 *   bits 32..44   0; of a member of a search: how many of those places the search has found
 *   bits 45..46   colour: black but during a search for cycles; dead
 *   bit  47       waiting: the dead object is in the list of the dead; or, during a search, an
 *                 object that did not fit the stack
 *   bits 48..60   type: its index in the heap's table
 *   bit  61       listed: it is a member of the search that goes on in portions
 *   bit  62       suspect: it is in the buffer of suspects
 *   bit  63       green: its type cannot be part of a cycle
 *
 * A dead object needs no count: bits 0 to 44 link it to the next (its address / 8), so that any
 * number of dead objects wait without a stack.
 *
 * In front of the header stands a word with the number of units, if the tail may hold references;
 * and, if the alignment leaves a gap, the cell's first word says how wide it is.  The type bits
 * tell the first word of any cell apart: of a free cell, it is the link to the next. */
#ifndef REFCOUNT_HEADER_H
#define REFCOUNT_HEADER_H

#include "parts/size_classes.h"

enum refcount_colour {
    REFCOUNT_BLACK,
    REFCOUNT_GREY,
    REFCOUNT_WHITE,
    REFCOUNT_DEAD,
};

/* Of a header's upper half. */
enum {
    REFCOUNT_FOUND = (1 << 13) - 1,
    REFCOUNT_COLOUR_SHIFT = 13,
    REFCOUNT_COLOUR = 3 << REFCOUNT_COLOUR_SHIFT,
    REFCOUNT_WAITING = 1 << 15,
    REFCOUNT_TYPE_SHIFT = 16,
    REFCOUNT_TYPE_MASK = 0x1fff,
    REFCOUNT_LISTED = 1 << 29,
    REFCOUNT_SUSPECT = 1 << 30,
};
#define REFCOUNT_GREEN (UINT32_C(1) << 31)
/* Its cell stays when it is dead: somebody has its address. */
#define REFCOUNT_KEPT (REFCOUNT_LISTED | REFCOUNT_SUSPECT)
#define REFCOUNT_QUIET (REFCOUNT_GREEN | REFCOUNT_SUSPECT)

/* In the place of a type: what else the first word of a cell may be. */
enum { REFCOUNT_WORD_FREE, REFCOUNT_WORD_GAP, REFCOUNT_WORD_LENGTH, REFCOUNT_TYPES_FIRST };

/* Also what a type's state holds: the header of its new objects. */
union refcount_header {
    struct {
        uint32_t count;
        uint32_t tag;
    };
    uint64_t word;
} MM_MAY_ALIAS;
_Static_assert(sizeof(struct mm_type_state) == sizeof(union refcount_header), "a header fits");

MM_INLINE union refcount_header *
refcount_header(void *obj)
{
    return (union refcount_header *)obj - 1;
}

/* Whether objects of the type carry the number of their units. */
MM_INLINE bool
refcount_has_length(const struct mm_type *type)
{
    return type->tail == MM_TAIL_REFS ||
           (type->tail == MM_TAIL_ELEMENTS && type->element->ref_words != 0);
}

/* The bytes of a cell before its object. */
MM_INLINE size_t
refcount_front(const struct mm_type *type)
{
    size_t words = refcount_has_length(type) ? 16 : 8;
    return type->align > words ? type->align : words;
}

/* The bytes of a cell that an object needs, but for its alignment. */
MM_INLINE size_t
refcount_bytes(const struct mm_type *type, size_t n)
{
    return refcount_front(type) + mm_size(type, n);
}

MM_INLINE void
refcount_set_length(const struct mm_type *type, void *obj, size_t n)
{
    if (refcount_has_length(type))
        (refcount_header(obj) - 1)->word = (uint64_t)REFCOUNT_WORD_LENGTH << 48 | n;
}

/* The header of a new object, which is in flight, as the type's state keeps it; 0: the heap has not
 * seen the type yet. */
MM_INLINE uint64_t
refcount_first_word(const struct mm_type *type)
{
    uint64_t word;
    memcpy(&word, type->state, sizeof word);
    return word;
}

/* Writes what stands before a new object, whose cell is given. */
MM_INLINE void *
refcount_dress(const struct mm_type *type, uint64_t word, void *cell, size_t n)
{
    size_t front = refcount_front(type);
    char *obj = (char *)cell + front;
    if (front > (refcount_has_length(type) ? 16u : 8u))
        ((union refcount_header *)cell)->word = (uint64_t)REFCOUNT_WORD_GAP << 48 | front;
    refcount_set_length(type, obj, n);
    refcount_header(obj)->word = word;
    return obj;
}

#endif
