/* parked_set.c -- between mm_park and mm_unpark a thread makes no call. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    mm_park(m);
    mm_set(m, &locals->node, NULL);
    mm_unpark(m);
}
