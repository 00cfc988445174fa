/* no_root_variable.c -- mm_set asks for a root: a variable of C is none. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    mm_ref slot = { NULL };
    mm_set(m, &slot, NULL);
}
