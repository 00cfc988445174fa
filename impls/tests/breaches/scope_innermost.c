/* scope_innermost.c -- mm_new_in asks for a scope that is not the innermost. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    mm_take(m, &locals->node, mm_new_in(m, mm_scope_program(m), &NODE));
}
