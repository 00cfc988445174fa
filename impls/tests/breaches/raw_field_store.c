/* raw_field_store.c -- a reference field is written by the calls only; found when it is
 * overwritten. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    node->left.ptr_ = node;
    mm_store(m, node, &node->left, NULL);
}
