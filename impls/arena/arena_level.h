/* arena_level.h -- one range of address space for each depth of nested scopes.
 *
 * Since a scope has a range of its own, the end of a scope is two loads, an object of an outer
 * scope is made by bumping that scope's range, and an object that grows is extended in place
 * when it is its range's last.  Memory is committed behind a range's objects in steps, and stays
 * when the scope ends, for the next scope of that depth.
 *
 * Invariants (mm_verify):
 *   A1  of the mutator's open levels the objects lie from base to next, and next <= limit; the
 *       mutator's next stands for that of its innermost level;
 *   A2  limit = base + what is committed, in every level, and m->limit is the innermost level's;
 *   A3  what the heap holds is its books and what its levels have committed. */
#ifndef ARENA_LEVEL_H
#define ARENA_LEVEL_H

#include "parts/growing.h"

enum { ARENA_LEVELS = 64 }; /* the program's, and 63 nested scopes */

struct arena_level {
    char *next; /* not kept up to date while the level is innermost */
    char *limit;
    struct growing range; /* reserved when the level is first used */
};

struct mm_mutator {
    char *next, *limit; /* of the innermost level */
    struct arena_level *level;
    struct arena_level levels[ARENA_LEVELS];
    struct mm_heap *heap;
    struct mm_mutator *all, *idle;
    uint32_t ordinal;
};

struct mm_scope {
    struct arena_level *level;
};

/* Makes room for `bytes` behind the level's objects; says where, aligned. */
MM_SLOW uintptr_t arena_more(struct mm_mutator *m, struct arena_level *level, size_t bytes,
                             size_t align);

MM_SLOW void *arena_resize(struct mm_mutator *m, void *obj, size_t old_bytes, size_t new_bytes,
                           size_t align);

/* Scopes nested deeper than there are levels: a breach that nothing can mend. */
MM_NORETURN MM_SLOW void arena_too_deep(void);

#endif
