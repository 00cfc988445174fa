/* address_freed.c -- a freed object is not read, were it at once. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_free(m, &NODE, node);
    breach_look(node);
}
