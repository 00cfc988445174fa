/* in_flight_new.c -- an mm_owned must land before the next call that may collect. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, first, second);
    mm_owned first = mm_new(m, &NODE);
    mm_owned second = mm_new(m, &NODE);
    mm_take(m, &locals->first, first);
    mm_take(m, &locals->second, second);
}
