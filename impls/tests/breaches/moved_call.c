/* moved_call.c -- a borrowed view is no good after mm_safepoint, in a call as in a raw access,
 * though its object is rooted: objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_safepoint(m);
    mm_set(m, &locals->other, node);
}
