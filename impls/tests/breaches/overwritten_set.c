/* overwritten_set.c -- an object may end when mm_set overwrites its last place. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, NULL);
    mm_get(node->left);
}
