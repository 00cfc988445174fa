/* moved_park.c -- a borrowed view is no good after mm_park, though its object is rooted:
 * objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_park(m);
    breach_look(node);
    mm_unpark(m);
}
