/* moved_resize.c -- a borrowed view is no good after mm_resize of another object, though its
 * object is rooted: objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    mm_take(m, &locals->other, mm_new_array(m, &ROW, 3));
    struct node *node = breach_take(m, &locals->node, 1);
    mm_resize(m, &locals->other, &ROW, 3, 4);
    breach_look(node);
}
