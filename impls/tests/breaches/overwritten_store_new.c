/* overwritten_store_new.c -- an object may end when mm_store_new overwrites its last place. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other, third);
    breach_take(m, &locals->third, 3);
    breach_take(m, &locals->other, 2);
    struct node *parent = breach_take(m, &locals->node, 1);
    mm_store_new(m, parent, &parent->left, mm_move(m, &locals->other));
    struct node *child = mm_get(parent->left);
    mm_store_new(m, parent, &parent->left, mm_move(m, &locals->third));
    mm_get(child->left);
}
