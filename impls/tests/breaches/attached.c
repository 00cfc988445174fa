/* attached.c -- all mutators have been detached when the heap is destroyed. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    (void)m;
    mm_heap_destroy(breach_heap);
}
