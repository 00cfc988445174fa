/* freed_used.c -- a freed object is not used again, by no call. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_free(m, &NODE, node);
    mm_get(node->left);
}
