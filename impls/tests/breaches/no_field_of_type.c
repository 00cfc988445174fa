/* no_field_of_type.c -- a reference must lie in a word that its type names. */
#include "breach.h"

MM_TYPE(HALF, struct node, .ref_words = MM_WORD(struct node, left));

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, half);
    mm_take(m, &locals->half, mm_new(m, &HALF));
    struct node *half = mm_get(locals->half);
    mm_store(m, half, &half->right, half);
}
