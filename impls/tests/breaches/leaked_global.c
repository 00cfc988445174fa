/* leaked_global.c -- what a root of the program refers to at the end was freed before. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    static mm_ref kept;
    mm_global(m, &kept);
    breach_take(m, &kept, 1);
}
