/* parked_get.c -- between mm_park and mm_unpark a thread reads no place. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    mm_park(m);
    mm_get(locals->node);
    mm_unpark(m);
}
