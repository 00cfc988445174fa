/* scope_reached_in.c -- mm_new_in of a scope that ends with the inner ones makes what ends with
 * it. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct mm_scope outer = mm_scope_begin(m);
    struct mm_scope inner = mm_scope_begin(m);
    mm_take(m, &locals->node, mm_new_in(m, outer, &NODE));
    mm_scope_end(m, inner);
    mm_scope_end(m, outer);
}
