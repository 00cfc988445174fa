/* address_overwritten.c -- an object that lost its last place is not read, were it at once. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, NULL);
    breach_look(node);
}
