/* freed_as_other_type.c -- an object is freed as what it was made as: the size class follows
 * from it. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_free_array(m, &ROW, node, 0);
}
