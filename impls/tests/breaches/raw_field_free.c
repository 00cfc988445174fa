/* raw_field_free.c -- a reference field is written by the calls only; found when its object is
 * freed. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    memset(&node->left, 1, sizeof node->left);
    mm_free(m, &NODE, node);
}
