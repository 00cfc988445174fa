/* nursery.h -- how much is handed out between two young cycles, and when a full one must come: for
 * collectors that look mostly at what is new.
 *
 * A young cycle is one of block_cycle_begin_young, which leaves alone what is old; a full one looks
 * at everything.  All are called with the lock held. */
#ifndef PARTS_NURSERY_H
#define PARTS_NURSERY_H

#include "parts/futile.h"

#include <stddef.h>

struct nursery {
    size_t bytes;         /* to be handed out before the next young cycle */
    size_t share;         /* at most 1/share of the room */
    uint64_t full_handed; /* bytes handed out since the last full cycle, up to the last young one */
    struct futile futile; /* by full cycles */
    unsigned turns;       /* of collect_always */
};

/* The shortest that there may be. */
void nursery_init(struct nursery *nursery, const struct block_heap *heap, size_t share);

/* The least that is worth a young cycle, and the most that there is room for; at least the least.
 */
size_t nursery_least(const struct block_heap *heap);
size_t nursery_most(const struct nursery *nursery, const struct block_heap *heap);

/* Makes it so long, or as nearly so as these two allow. */
void nursery_set(struct nursery *nursery, const struct block_heap *heap, size_t bytes);

/* A cycle is due: whether it must be a full one, since what is old and dead was not looked for in
 * a long time; or for a test. */
bool nursery_wants_full(struct nursery *nursery, const struct block_heap *heap);

/* There is no room, and a full cycle would be next: whether the heap is exhausted instead. */
bool nursery_is_futile(struct nursery *nursery, const struct block_heap *heap);

#endif
