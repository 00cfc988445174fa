/* moved_new_array.c -- a borrowed view is no good after mm_new_array, though its object is
 * rooted: objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_take(m, &locals->other, mm_new_array(m, &ROW, 3));
    breach_look(node);
}
