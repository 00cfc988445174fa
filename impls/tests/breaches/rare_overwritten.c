/* rare_overwritten.c -- where checks are rare, counting alone still ends an object at once. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, NULL);
    mm_safepoint(m);
    mm_get(node->left);
}
