/* counted_leaked_scope.c -- where the referee only counts, what a scope ended without a free is
 * still named. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct mm_scope scope = mm_scope_begin(m);
    breach_take(m, &locals->node, 1);
    mm_set(m, &locals->node, NULL);
    mm_scope_end(m, scope);
}
