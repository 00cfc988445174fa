/* global_variable.c -- a root of the program lives as long as the program. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    mm_ref slot = { NULL };
    mm_global(m, &slot);
}
