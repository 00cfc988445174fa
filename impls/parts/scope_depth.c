/* scope_depth.c -- see scope_depth.h. */
#include "parts/scope_depth.h"

#include "mm_heap.h"

#include <stdio.h>
#include <stdlib.h>

void
scope_too_deep(void)
{
    fprintf(stderr, "%s: more than %d scopes are nested; end some, or raise SCOPE_LEVELS\n",
            MM_MANAGER.name, SCOPE_LEVELS - 1);
    exit(4);
}
