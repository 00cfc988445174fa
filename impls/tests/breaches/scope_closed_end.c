/* scope_closed_end.c -- a scope ends once. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    struct mm_scope scope = mm_scope_begin(m);
    mm_scope_end(m, scope);
    mm_scope_end(m, scope);
}
