/* overwritten_take.c -- an object may end when mm_take overwrites its last place. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    breach_take(m, &locals->other, 2);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_take(m, &locals->node, mm_move(m, &locals->other));
    mm_get(node->left);
}
