/* resized_used.c -- the old object of mm_resize is dead. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, row);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, 2));
    void *row = mm_get(locals->row);
    mm_resize(m, &locals->row, &ROW, 2, 4);
    mm_store(m, row, mm_items(&ROW, row), NULL);
}
