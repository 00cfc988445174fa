/* scope_depth.h -- how deep scopes may nest under a manager that keeps something for each depth. */
#ifndef PARTS_SCOPE_DEPTH_H
#define PARTS_SCOPE_DEPTH_H

#include "parts/compiler.h"

enum { SCOPE_LEVELS = 64 }; /* the program's, and 63 nested scopes */

/* Scopes nested deeper than there are levels: a breach that nothing can mend. */
MM_NORETURN MM_SLOW void scope_too_deep(void);

#endif
