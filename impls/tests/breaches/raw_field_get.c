/* raw_field_get.c -- a reference field is written by the calls only; found when it is read. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    node->left.ptr_ = node;
    mm_get(node->left);
}
