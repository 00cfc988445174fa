/* leaked_overwritten.c -- an object whose last place is overwritten was freed before. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, NULL);
}
