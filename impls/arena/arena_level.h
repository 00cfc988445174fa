/* arena_level.h -- one range of address space for each depth of nested scopes.
 *
 * Since a scope has a range of its own, the end of a scope is two loads, an object of an outer
 * scope is made by bumping that scope's range, and an object that grows is extended in place
 * when it is its range's last.  Memory is committed behind a range's objects in steps, and stays
 * when the scope ends, for the next scope of that depth.
 *
 * What stays is what the scopes need.  The limit that objects are checked against is not the end
 * of what is committed: it is how far the scopes of the depth have reached lately.  Every
 * ARENA_WINDOW scopes it is noted and lowered, and the first scope that reaches as far raises it
 * again, without a system call; what is beyond it in two windows is not needed, and goes back in
 * steps.  Where nothing has reached since the memory came, it reads as zero.
 *
 * Invariants (mm_verify):
 *   A1  of the mutator's open levels the objects lie from base to next, and next <= limit; the
 *       mutator's next stands for that of its innermost level;
 *   A2  limit <= zero <= base + what is committed, in every level, and m->limit is the innermost
 *       level's;
 *   A3  what the heap holds is its books and what its levels have committed;
 *   A4  what is committed from zero on reads as zero. */
#ifndef ARENA_LEVEL_H
#define ARENA_LEVEL_H

#include "parts/growing.h"

enum { ARENA_LEVELS = 64 }; /* the program's, and 63 nested scopes */

struct arena_level {
    char *next; /* not kept up to date while the level is innermost */
    char *limit;
    struct growing range; /* reserved when the level is first used */
    uint64_t countdown;   /* scopes until the window is over */
    char *zero;           /* the end of what was ever used */
    size_t reach;         /* bytes that the scopes of the last window used, or a little more */
};

struct mm_mutator {
    char *next, *limit; /* of the innermost level */
    struct arena_level *level;
    struct arena_level levels[ARENA_LEVELS + 1]; /* the last is never begun */
    struct mm_heap *heap;
    struct mm_mutator *all, *idle;
    uint64_t return_ns; /* when the next step of what is not needed may be returned */
    uint32_t ordinal;
};

struct mm_scope {
    struct arena_level *level;
};

/* Makes room for `bytes` behind the level's objects; says where, aligned.  The second nulls the
 * object too, all of it. */
MM_SLOW uintptr_t arena_more(struct mm_mutator *m, struct arena_level *level, size_t bytes,
                             size_t align);
MM_NOINLINE uintptr_t arena_more_nulled(struct mm_mutator *m, struct arena_level *level,
                                        size_t bytes, size_t align);

MM_NOINLINE void *arena_resize(struct mm_mutator *m, const struct mm_type *type, void *obj,
                               size_t old_n, size_t new_n);

/* A scope has begun in a level whose window is over.  Scopes nested deeper than there are levels
 * end here too: a breach that nothing can mend. */
MM_SLOW void arena_look(struct mm_mutator *m);

#endif
