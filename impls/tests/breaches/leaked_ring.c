/* leaked_ring.c -- the objects of a ring are freed before its last root is overwritten. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_store(m, node, &node->left, node);
    mm_set(m, &locals->node, NULL);
}
