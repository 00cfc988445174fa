/* init_set.c -- mm_init is the first write of a field: nobody looks at what it overwrites. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_init(m, node, &node->left, node);
    mm_init(m, node, &node->left, NULL);
}
