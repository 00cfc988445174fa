/* never_landed.c -- an mm_owned that is dropped is a leak under counting; found when its thread
 * detaches. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    mm_free(m, &NODE, mm_peek(mm_new(m, &NODE)));
}
