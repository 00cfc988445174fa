/* type_tail_unknown.c -- a tail is one of four. */
#include "breach.h"

MM_TYPE(BAD, struct node, .tail = 7);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new(m, &BAD));
}
