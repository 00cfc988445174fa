/* type_refs_beyond.c -- a reference lies within the fixed part. */
#include "breach.h"

MM_TYPE(BAD, struct node, .ref_words = 1 << 3);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new(m, &BAD));
}
