/* moved_unpark.c -- a borrowed view is no good after mm_unpark, though its object is rooted:
 * objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    breach_take(m, &locals->node, 1);
    mm_park(m);
    struct node *node;
    memcpy(&node, &locals->node, sizeof node); /* where it lies while this thread is parked */
    mm_unpark(m);
    breach_look(node);
}
