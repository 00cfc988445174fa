/* type_align_wide.c -- an alignment is at most MM_ALIGN_MAX. */
#include "breach.h"

MM_TYPE(BAD, struct node, .align = 128);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new(m, &BAD));
}
