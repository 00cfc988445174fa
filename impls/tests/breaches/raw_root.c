/* raw_root.c -- a root is written by the calls only: counting must see it. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    struct node *node = breach_take(m, &locals->node, 1);
    locals->other.ptr_ = node;
    mm_safepoint(m);
}
