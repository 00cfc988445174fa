/* scope_reached_root.c -- no root refers to what was made in a scope when it ends. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct mm_scope scope = mm_scope_begin(m);
    breach_take(m, &locals->node, 1);
    mm_scope_end(m, scope);
}
