/* overwritten_free.c -- an object may end when mm_set, and then it is too late to free it
 * overwrites its last place. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, NULL);
    mm_free(m, &NODE, node);
}
