/* overwritten_store.c -- an object may end when mm_store overwrites its last place. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    breach_take(m, &locals->other, 2);
    struct node *parent = breach_take(m, &locals->node, 1);
    mm_store_new(m, parent, &parent->left, mm_move(m, &locals->other));
    struct node *child = mm_get(parent->left);
    mm_store(m, parent, &parent->left, parent);
    mm_get(child->left);
}
