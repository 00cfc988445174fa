/* freed_read.c -- a place that refers to a freed object is not read again, only overwritten. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_free(m, &NODE, node);
    mm_get(locals->node);
}
