/* raw_field_check.c -- a reference field is written by the calls only: a barrier must see it;
 * found at the next check. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    node->left.ptr_ = node;
    mm_safepoint(m);
}
