/* landed_twice.c -- an mm_owned lands once. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, first, second);
    mm_owned node = mm_new(m, &NODE);
    mm_take(m, &locals->first, node);
    mm_take(m, &locals->second, node);
}
