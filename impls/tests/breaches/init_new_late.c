/* init_new_late.c -- the object that mm_init_new puts into a field is not made after the
 * field's own. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    breach_take(m, &locals->node, 1);
    mm_take(m, &locals->other, mm_new(m, &NODE));
    struct node *node = mm_get(locals->node);
    mm_init_new(m, node, &node->left, mm_move(m, &locals->other));
}
