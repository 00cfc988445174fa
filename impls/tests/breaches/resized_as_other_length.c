/* resized_as_other_length.c -- mm_resize is told the length that the object has. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, row);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, 2));
    mm_resize(m, &locals->row, &ROW, 3, 4);
}
