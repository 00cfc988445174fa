/* debug_fill.h -- in debug builds fresh and freed memory is filled with two patterns that no
 * program takes for its own. */
#ifndef PARTS_DEBUG_FILL_H
#define PARTS_DEBUG_FILL_H

#include <string.h>

#include "parts/assert.h"

enum { DEBUG_FILL_FRESH = 0xa5, DEBUG_FILL_DEAD = 0xdb };

MM_INLINE void
debug_fill(void *from, int pattern, size_t bytes)
{
    if (MM_DEBUG && bytes > 0)
        memset(from, pattern, bytes);
}

#endif
