/* moved_safepoint.c -- a borrowed view is no good after mm_safepoint, though its object is
 * rooted: objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_safepoint(m);
    breach_look(node);
}
