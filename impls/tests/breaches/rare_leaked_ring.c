/* rare_leaked_ring.c -- where checks are rare, a ring that nobody freed is still found at the
 * end. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_store(m, node, &node->left, node);
    mm_set(m, &locals->node, NULL);
}
