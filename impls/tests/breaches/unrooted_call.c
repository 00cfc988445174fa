/* unrooted_call.c -- a call on an object that was not rooted at a call that may collect. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, NULL);
    mm_safepoint(m);
    mm_set(m, &locals->node, node);
}
