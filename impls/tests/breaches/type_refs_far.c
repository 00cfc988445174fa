/* type_refs_far.c -- the fixed part of a type with references has at most 64 words. */
#include "breach.h"

struct far {
    mm_ref ref;
    char bytes[512];
};
MM_TYPE(BAD, struct far, .ref_words = MM_WORD(struct far, ref));

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new(m, &BAD));
}
