/* aide.h -- a second one who marks: a mutator that is held up while the marker runs on a core of
 * its own.
 *
 * The aide has a stack and a ring of its own, and a copy of the kinds with its counts, so the two
 * share no line that both write often but those of mark bytes.  These are swapped while there is an
 * aide, so that one of the two finds an object.  Grey words go from one to the other in two
 * baskets, one each way (work sharing as in Endo, Taura and Yonezawa, "A scalable mark-sweep
 * garbage collector on large-scale shared-memory machines", 1997, with one exchange in place of a
 * queue for each): the marker fills one when the aide has nothing, the aide the other when the
 * marker has nothing or its own stack is nearly full.  What is given is the lower half of the top
 * of a stack: below lie the larger parts of the graph.  What an aide has left when it must go on
 * with the program stays where it is, for the next aide, or for the marker when that has nothing
 * else.
 *
 * Invariants:
 *  1. The greys of the aide are touched only by who holds its lock; with the world at rest nobody
 *     does.
 *  2. It marks as many steps at once as its stack has room for, AIDE_STEPS at most: so that never
 *     overflows.
 *  3. While aide_waits is set, its stack and its ring are empty, and it marks nothing until it has
 *     taken the basket for it.  It changes under the lock of the baskets.
 *  4. The aide marks only while `admitted` is set, and while that is set the marker's greys are
 *     shared.  The marker sets and clears both, under the lock of the baskets, after `present`.
 *  5. Only who marks with the marker's lock touches the marker's greys, so large objects that the
 *     aide found go through their own list (block_large_push_grey).
 *
 * Cost: a swap in place of a store for each object that either marks while there is an aide; 48
 * KiB, and 64 bytes for each kind beyond 256. */
#ifndef PARTS_AIDE_H
#define PARTS_AIDE_H

#include "parts/marker.h"

#include <pthread.h>

struct basket {
    uintptr_t *words;
    uint32_t filled; /* atomic */
};

struct aide {
    pthread_mutex_t lock; /* of what follows; held while it marks */
    struct greys greys;
    uint64_t steps; /* of this cycle */
    pthread_mutex_t baskets_lock;
    struct basket for_aide, for_marker;
    bool aide_waits, marker_waits; /* atomic: for what the other gives */
    bool present;                  /* atomic: somebody is the aide, or wants to be */
    bool admitted;                 /* atomic: the marker knows, and swaps mark bytes */
    bool ready;                    /* there is memory for one; never changes */
    size_t kinds_count;            /* copied */
    size_t committed, kinds_committed;
};

enum aide_answer {
    AIDE_GAVE, /* the marker has something grey again */
    AIDE_DONE, /* there is nothing */
    AIDE_MARKS /* it is still at it */
};

/* Before the first cycle.  Where the limit is too low to give memory to it there is none. */
void aide_create(struct block_heap *heap);
void aide_destroy(struct block_heap *heap);

/* With the world's lock held, while a cycle runs: whether there may be one.  Copies the kinds that
 * are new. */
bool aide_prepare(struct block_heap *heap);

/* Without the world's lock, after aide_prepare: marks until then, or until *stop; says how many
 * steps.  Returns at once if somebody else is the aide; waits while it has nothing, or its stack is
 * full. */
uint64_t aide_mark(struct block_heap *heap, const uint32_t *stop, uint64_t until_ns);

/* For the marker, between two portions: admits an aide or sees that it has gone; gives to it and
 * takes from it what is due. */
void aide_exchange(struct block_heap *heap);

/* For the marker, which has nothing grey: takes what the aide has left, or waits for half of what
 * it has, until the deadline (0: none; with the world at rest it does not wait). */
enum aide_answer aide_regain(struct block_heap *heap, uint64_t deadline_ns);

/* With the world at rest, when nothing is grey: adds what it counted to the marker's. */
void aide_settle(struct block_heap *heap);

#endif
