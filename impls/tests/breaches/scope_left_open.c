/* scope_left_open.c -- a thread ends its scopes before it detaches. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    mm_scope_begin(m);
}
