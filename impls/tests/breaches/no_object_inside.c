/* no_object_inside.c -- a view is of the start of an object. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, &node->value);
}
