/* counted_scope_order.c -- where the referee only counts, scopes still end in order. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    struct mm_scope outer = mm_scope_begin(m);
    struct mm_scope inner = mm_scope_begin(m);
    mm_scope_end(m, outer);
    mm_scope_end(m, inner);
}
