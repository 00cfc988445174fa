/* init_resized.c -- a resized object is no newborn: its new fields are stored. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, row);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, 1));
    mm_resize(m, &locals->row, &ROW, 1, 2);
    void *row = mm_get(locals->row);
    mm_init(m, row, &mm_items(&ROW, row)[1], NULL);
}
