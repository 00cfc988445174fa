/* freed_as_other_length.c -- an array is freed with the length that it has. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, row);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, 3));
    mm_free_array(m, &ROW, mm_get(locals->row), 4);
}
