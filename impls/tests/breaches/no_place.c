/* no_place.c -- an mm_ref that is neither a field nor a root is no place: a collector would not
 * see it. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_ref copy = { node };
    mm_get(copy);
}
