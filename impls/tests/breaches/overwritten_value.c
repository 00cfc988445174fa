/* overwritten_value.c -- an object may end when mm_set, and then it cannot be stored overwrites
 * its last place. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    struct node *node = breach_take(m, &locals->node, 1);
    breach_take(m, &locals->other, 2);
    node = mm_get(locals->node);
    struct node *other = mm_get(locals->other);
    mm_set(m, &locals->node, NULL);
    mm_store(m, other, &other->left, node);
}
