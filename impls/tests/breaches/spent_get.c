/* spent_get.c -- after mm_move a slot may be written, but not read. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    breach_take(m, &locals->node, 1);
    mm_take(m, &locals->other, mm_move(m, &locals->node));
    mm_get(locals->node);
}
