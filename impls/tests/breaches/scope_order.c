/* scope_order.c -- scopes end in the reverse order of their beginnings. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    struct mm_scope outer = mm_scope_begin(m);
    struct mm_scope inner = mm_scope_begin(m);
    mm_scope_end(m, outer);
    mm_scope_end(m, inner);
}
