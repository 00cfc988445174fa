/* rare_scope_reached.c -- where checks are rare, the end of a scope still looks at its objects. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct mm_scope scope = mm_scope_begin(m);
    breach_take(m, &locals->node, 1);
    mm_scope_end(m, scope);
}
