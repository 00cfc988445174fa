/* in_flight_dropped.c -- an mm_owned that is dropped is a leak under counting; found at the
 * next call that may collect. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    mm_free(m, &NODE, mm_peek(mm_new(m, &NODE)));
    mm_safepoint(m);
}
