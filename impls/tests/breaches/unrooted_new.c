/* unrooted_new.c -- an object that no place refers to at a call that may collect is gone. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, NULL);
    mm_take(m, &locals->other, mm_new(m, &NODE));
    breach_look(node);
}
