/* global_twice.c -- a slot becomes a root of the program once. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    static mm_ref slot;
    mm_global(m, &slot);
    mm_global(m, &slot);
}
