/* type_no_tail.c -- mm_new_array asks for a type with a tail. */
#include "breach.h"

MM_TYPE(BAD, struct node, .ref_words = 1);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new_array(m, &BAD, 3));
}
