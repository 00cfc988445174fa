/* unrooted_child.c -- an object that hangs from one that is not rooted is not rooted either. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    breach_take(m, &locals->other, 2);
    struct node *parent = breach_take(m, &locals->node, 1);
    mm_store_new(m, parent, &parent->left, mm_move(m, &locals->other));
    struct node *child = mm_get(parent->left);
    mm_set(m, &locals->node, NULL);
    mm_safepoint(m);
    breach_look(child);
}
