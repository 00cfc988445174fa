/* freed_looked_at.c -- a freed object is not used again; found by the fault, even long after. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    breach_drop(m, &locals->node);
    mm_safepoint(m);
    mm_safepoint(m);
    breach_look(node);
}
