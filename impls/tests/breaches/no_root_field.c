/* no_root_field.c -- mm_take asks for a root: a field is written by mm_store_new. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_take(m, &node->left, mm_move(m, &locals->node));
}
