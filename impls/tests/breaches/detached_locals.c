/* detached_locals.c -- a thread detaches outside of every MM_LOCALS. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    mm_set(m, &locals->node, NULL);
    mm_detach(m);
}
