/* init_late.c -- mm_init comes before the next call that may collect after the object's birth:
 * later it needs a barrier. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_safepoint(m);
    node = mm_get(locals->node);
    mm_init(m, node, &node->left, NULL);
}
