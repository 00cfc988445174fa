/* overwritten_leave.c -- an object may end when the block of an MM_LOCALS is left that held its
 * last place. */
#include "breach.h"

static struct node *
leave_view(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    return breach_take(m, &locals->node, 1);
}

void
breach_run(struct mm_mutator *m)
{
    struct node *node = leave_view(m);
    mm_get(node->left);
}
