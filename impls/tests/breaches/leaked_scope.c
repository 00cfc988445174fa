/* leaked_scope.c -- a death is stated twice: what dies with a scope is freed before. */
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
