/* global_set.c -- a slot is null when it becomes a root of the program. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    static mm_ref slot;
    slot.ptr_ = node;
    mm_global(m, &slot);
}
