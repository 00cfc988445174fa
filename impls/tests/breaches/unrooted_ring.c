/* unrooted_ring.c -- a ring that no root leads to is gone at a call that may collect. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_store(m, node, &node->left, node);
    mm_set(m, &locals->node, NULL);
    mm_safepoint(m);
    breach_look(node);
}
