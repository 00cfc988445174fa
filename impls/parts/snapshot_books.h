/* snapshot_books.h -- the slow half of marking a snapshot while mutators run: who marks, when the
 * barrier is up, and what becomes of the old values that it kept.
 *
 * The marker runs under a lock of its own, so that allocation goes on beside it, and so may a
 * second one who marks (parts/aide.h).  A mutator's full buffer goes into an inbox under a third
 * lock, less what is marked already; the inbox has an end, and who finds it full takes the marker's
 * lock and greys at once.  Whoever marks empties the inbox first.
 *
 * A cycle, by a manager that holds the world's lock:
 *     while (snapshot_prepare(heap, n))    before it, in pieces; what is O(heap) is done here
 *         ;
 *     stop the world;  snapshot_start(heap);  start the world
 *     while (!snapshot_mark(heap, ..))     without the world's lock, by anybody, in portions
 *         ;
 *     stop the world;  bool done = snapshot_finish(heap, ..);
 *     if (done) block_cycle_end(heap);     else it goes on with snapshot_mark
 *     start the world
 *
 * Invariants:
 *  1. Locks are taken in this order: the world's, the marker's, the inbox's, the aide's baskets'.
 *     The aide's own is only tried for, so nobody waits for it.  Who stands still holds none; so
 *     with the world at rest only a collector's own thread may be marking.
 *  2. m->marking is the same in all mutators; it changes only with the world at rest.
 *  3. While it is set: what was in a place of an object when the cycle began, and is no longer, is
 *     marked, or grey (M1 in marker.h), or in the inbox, or in a buffer.
 *  4. After snapshot_finish said so, nothing is grey, not for an aide either, and inbox and buffers
 *     are empty.
 *  5. A marker that runs beside mutators does not look at blocks noted as unscanned: cells of
 *     theirs may lie there.  Such a block is looked at with the world at rest.
 *
 * Cost: a kept value is written once, read twice, and its mark byte is looked at twice. */
#ifndef PARTS_SNAPSHOT_BOOKS_H
#define PARTS_SNAPSHOT_BOOKS_H

#include "parts/block_heap_sizes.h"
#include "mm_heap.h"

#include <pthread.h>

struct block_heap;

struct snapshot {
    pthread_mutex_t lock; /* the marker's */
    uint32_t waiting;     /* atomic: how many wait for it */
    pthread_mutex_t inbox_lock;
    void **inbox; /* SNAPSHOT_INBOX words */
    uint32_t filled;
};

/* Ends in mm_exhausted if there is no memory.  Before mm_attach of the first mutator. */
void snapshot_create(struct block_heap *heap);
void snapshot_destroy(struct block_heap *heap);

/* With the world's lock held, when a mutator comes and before it goes. */
void snapshot_attach(struct mm_mutator *m);
void snapshot_detach(struct mm_mutator *m);

/* Between cycles, with the world's lock held: does a piece of the work that must be done before the
 * next one begins, about `blocks` blocks; false: none is left. */
bool snapshot_prepare(struct block_heap *heap, uint32_t blocks);

/* With the world at rest and its lock held: takes the snapshot and raises the barrier. */
void snapshot_start(struct block_heap *heap);

/* Without the world's lock: takes the marker's lock and marks for so many steps, or until the
 * deadline (0: none).  True: nothing is grey that may be looked at now, nor for an aide, or the
 * cycle is over.  How many steps it took is added to *ran. */
bool snapshot_mark(struct block_heap *heap, uint64_t steps, uint64_t deadline_ns, uint64_t *ran);

/* With the world at rest and its lock held: greys what the buffers hold, and marks until the
 * deadline (0: none).  True: nothing was left to do; the barrier is down, and block_cycle_end may
 * follow. False: marking goes on. */
bool snapshot_finish(struct block_heap *heap, uint64_t deadline_ns);

#endif
