/* resized_with_places.c -- mm_resize asks for an object that no other place refers to. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, row, other);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, 2));
    mm_set(m, &locals->other, mm_get(locals->row));
    mm_resize(m, &locals->row, &ROW, 2, 4);
}
