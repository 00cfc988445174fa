/* not_parked.c -- a thread unparks after it has parked. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    mm_unpark(m);
}
