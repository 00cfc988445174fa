/* no_field_in_element.c -- an element's references lie in the words that its type names. */
#include "breach.h"

MM_TYPE(TABLE, struct row, .tail = MM_TAIL_ELEMENTS, .element = &NODE);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, table);
    mm_take(m, &locals->table, mm_new_array(m, &TABLE, 2));
    void *table = mm_get(locals->table);
    struct node *second = (struct node *)mm_tail(&TABLE, table) + 1;
    mm_store(m, table, &second->left, NULL);
    mm_store(m, table, (mm_ref *)(void *)&second->value, NULL);
}
