/* resized_field.c -- mm_resize asks for a root. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, row, outer);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, 2));
    mm_take(m, &locals->outer, mm_new_array(m, &ROW, 1));
    void *outer = mm_get(locals->outer);
    mm_ref *item = mm_items(&ROW, outer);
    mm_store_new(m, outer, item, mm_move(m, &locals->row));
    mm_resize(m, mm_items(&ROW, mm_get(locals->outer)), &ROW, 2, 4);
}
