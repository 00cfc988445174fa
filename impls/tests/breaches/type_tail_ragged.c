/* type_tail_ragged.c -- a tail with references begins at a multiple of 8. */
#include "breach.h"

struct ragged {
    uint32_t value;
};
MM_TYPE(BAD, struct ragged, .tail = MM_TAIL_REFS);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new_array(m, &BAD, 1));
}
