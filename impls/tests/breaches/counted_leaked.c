/* counted_leaked.c -- where the referee only counts, what was never freed is still named. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, NULL);
}
