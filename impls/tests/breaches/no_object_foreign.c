/* no_object_foreign.c -- a view is of an object that the manager made. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    static struct node alien;
    mm_set(m, &locals->node, &alien);
}
