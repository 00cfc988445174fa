/* moved_collect.c -- a borrowed view is no good after mm_collect, though its object is rooted:
 * objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_collect(m);
    breach_look(node);
}
