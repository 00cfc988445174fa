/* parked_twice.c -- a thread parks once. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    mm_park(m);
    mm_park(m);
    mm_unpark(m);
}
