/* no_field_beyond.c -- a range that is cleared ends with the object's tail. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, row);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, 3));
    void *row = mm_get(locals->row);
    mm_clear(m, row, mm_items(&ROW, row), 4);
}
