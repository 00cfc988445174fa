/* freed_reachable.c -- what is freed must not be reachable at a call that may collect. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_free(m, &NODE, node);
    mm_safepoint(m);
}
