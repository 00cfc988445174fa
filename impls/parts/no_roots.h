/* no_roots.h -- for managers that never look for roots: locals are C locals. */
#ifndef PARTS_NO_ROOTS_H
#define PARTS_NO_ROOTS_H

#include "parts/plain_roots.h"

enum { MM_ROOTS = 0 };

#define MM_LOCALS(m, ...)                                                                          \
    struct locals_ {                                                                               \
        mm_ref __VA_ARGS__;                                                                        \
    } locals_;                                                                                     \
    struct locals_ *const locals = &locals_;                                                       \
    memset(locals, 0, sizeof *locals)

MM_INLINE void
mm_global(struct mm_mutator *m, mm_ref *slot)
{
    (void)m, (void)slot;
}

#endif
