/* type_element_tail.c -- an element has no tail of its own. */
#include "breach.h"

MM_TYPE(BAD, struct row, .tail = MM_TAIL_ELEMENTS, .element = &ROW);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new_array(m, &BAD, 1));
}
