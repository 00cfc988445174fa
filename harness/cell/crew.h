/* crew.h -- the threads of a run beside the main one: they start parts of it together.
 *
 * A worker waits parked, so that a collector never waits for it, and so does the main thread while
 * it waits for workers.  With one thread there is no crew, and nothing of this is called. */
#ifndef CELL_CREW_H
#define CELL_CREW_H

#include <stdint.h>

#include "mm_heap.h"

struct crew;

/* What every thread does in a part of the run; gives what it adds to the checksum. */
typedef uint64_t (*crew_part)(void *user, struct mm_mutator *m, unsigned thread);

/* Starts threads 1 .. threads-1 and waits until each is attached.  `m` is the main thread's. */
struct crew *crew_create(unsigned threads, struct mm_heap *heap, struct mm_mutator *m, void *user);

/* Does a part on all threads, which start at once, on the calling one as thread 0; returns the sum
 * when the last has ended.  A crew of NULL: the calling thread alone. */
uint64_t crew_run(struct crew *crew, struct mm_mutator *m, crew_part part, void *user);

/* Detaches the workers and ends them. */
void crew_destroy(struct crew *crew, struct mm_mutator *m);

#endif
