/* main.c -- a heap around one planted breach; ends with 0 if nothing stopped it. */
#include "mm_heap.h"

#include <stdio.h>
#include <stdlib.h>

void breach_run(struct mm_mutator *m);
extern struct mm_heap *breach_heap;
struct mm_heap *breach_heap;

void
mm_exhausted(size_t bytes, size_t limit)
{
    fprintf(stderr, "out of memory: %zu bytes asked for, limit %zu\n", bytes, limit);
    exit(3);
}

/* The argument: check at every so many calls; 1 if there is none. */
int
main(int count, char **arguments)
{
    unsigned every = count > 1 ? (unsigned)strtoul(arguments[1], NULL, 10) : 1;
    const struct mm_config config = { .check_every = every, .collect_always = every == 1 };
    breach_heap = mm_heap_create(&config);
    struct mm_mutator *m = mm_attach(breach_heap);
    breach_run(m);
    mm_detach(m);
    mm_verify(breach_heap);
    mm_heap_destroy(breach_heap);
    return 0;
}
