/* family_watch.h -- in the checked build every object is known by where it begins, so that a wrong
 * free is named: a double free, a foreign pointer, an interior one.  Elsewhere all of it vanishes.
 */
#ifndef FAMILY_WATCH_H
#define FAMILY_WATCH_H

#include "family.h"
#include "parts/debug_fill.h"

/* Makes the map of where objects begin, for as much memory as the heap may ever use. */
bool family_watch_start(const struct slabs *slabs);

/* An object begins here; `bytes` of it are filled with what no program takes for its own. */
MM_SLOW void family_watch_begin(void *obj, size_t bytes);

/* The call was given this pointer: ends the process with one line if no object begins there.
 * Otherwise one does no longer, if it ends. */
MM_SLOW void family_watch_use(const char *call, void *obj, bool ends);

MM_INLINE void *
family_began(void *obj, size_t bytes)
{
    if (MM_DEBUG && obj)
        family_watch_begin(obj, bytes);
    return obj;
}

MM_INLINE void
family_used(const char *call, void *obj)
{
    if (MM_DEBUG)
        family_watch_use(call, obj, false);
}

MM_INLINE void
family_ends(const char *call, void *obj)
{
    if (MM_DEBUG)
        family_watch_use(call, obj, true);
}

#endif
