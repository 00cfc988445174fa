/* moved_long_ago.c -- a borrowed view is no good after a hundred calls that may collect, though
 * its object is rooted: objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    for (int i = 0; i < 100; i++)
        mm_safepoint(m);
    breach_look(node);
}
