/* rare_freed.c -- where checks are rare, a freed object is still not used by a call. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    breach_drop(m, &locals->node);
    mm_safepoint(m);
    mm_get(node->left);
}
