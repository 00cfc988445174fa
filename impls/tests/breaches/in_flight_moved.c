/* in_flight_moved.c -- what was taken out of a root must land before the next call that may
 * collect. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    breach_take(m, &locals->node, 1);
    mm_owned node = mm_move(m, &locals->node);
    mm_safepoint(m);
    mm_take(m, &locals->node, node);
}
