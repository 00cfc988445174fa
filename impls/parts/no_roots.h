/* no_roots.h -- for managers that never look for roots: locals are C locals. */
#ifndef PARTS_NO_ROOTS_H
#define PARTS_NO_ROOTS_H

#include "parts/c_locals.h"

enum { MM_ROOTS = 0 };

MM_INLINE void
mm_global(struct mm_mutator *m, mm_ref *slot)
{
    (void)m, (void)slot;
}

#endif
