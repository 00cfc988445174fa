/* counted_freed_as_other_length.c -- where the referee only counts, a wrong length is still
 * seen. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, row);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, 3));
    mm_free_array(m, &ROW, mm_get(locals->row), 4);
}
