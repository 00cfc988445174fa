/* type_element_missing.c -- a tail of elements says of what. */
#include "breach.h"

MM_TYPE(BAD, struct row, .tail = MM_TAIL_ELEMENTS);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new(m, &BAD));
}
