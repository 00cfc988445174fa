/* scope_closed_new.c -- mm_new_in asks for a scope that is open. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct mm_scope closed = mm_scope_begin(m);
    mm_scope_end(m, closed);
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, &locals->node, mm_new_in(m, closed, &NODE));
    mm_scope_end(m, scope);
}
