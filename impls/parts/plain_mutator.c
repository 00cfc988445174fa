/* plain_mutator.c -- the slow half of managers whose library keeps the heap and the threads: a
 * mutator holds nothing but its heap, there is nothing to collect, and nothing of ours to verify.
 */
#include "mm.h"

#include <stdlib.h>

void
mm_heap_destroy(struct mm_heap *heap)
{
    (void)heap;
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    struct mm_mutator *m = malloc(sizeof *m);
    if (!m)
        mm_exhausted(sizeof *m, 0);
    m->heap = heap;
    return m;
}

void
mm_detach(struct mm_mutator *m)
{
    free(m);
}

void
mm_collect(struct mm_mutator *m)
{
    (void)m;
}

void
mm_verify(struct mm_heap *heap)
{
    (void)heap;
}
