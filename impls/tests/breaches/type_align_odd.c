/* type_align_odd.c -- an alignment is a power of two. */
#include "breach.h"

MM_TYPE(BAD, struct node, .align = 24);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new(m, &BAD));
}
