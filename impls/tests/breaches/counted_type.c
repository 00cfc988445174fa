/* counted_type.c -- where the referee only counts, a type's description is still read. */
#include "breach.h"

MM_TYPE(BAD, struct node, .ref_words = 1 << 3);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new(m, &BAD));
}
