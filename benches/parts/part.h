/* part.h -- what benchmarks of a single part share: chains of objects, and a block that gives room.
 *
 * A chain is the cheapest way to keep objects that every manager can follow: a new object's first
 * field is written at its birth, which has no barrier, and one root moves along. */
#ifndef PART_H
#define PART_H

#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

struct part_link {
    mm_ref next;
};

MM_TYPE(PART_LINK, struct part_link, .tail = MM_TAIL_BYTES, .acyclic = true,
        .ref_words = MM_WORD(struct part_link, next));

/* Puts a new object of so many bytes, all told, before what `head` refers to. */
MM_INLINE void
part_push(struct mm_mutator *m, mm_ref *head, size_t bytes)
{
    mm_owned fresh = mm_new_array(m, &PART_LINK, bytes - sizeof(struct part_link));
    struct part_link *link = mm_peek(fresh);
    mm_init_new(m, link, &link->next, mm_move(m, head));
    mm_take(m, head, fresh);
}

/* Drops a chain of objects of so many bytes: one by one, the last made first, where that is asked;
 * else by forgetting it. */
MM_INLINE void
part_drop(struct mm_mutator *m, mm_ref *head, size_t bytes)
{
    struct part_link *link = MM_FREES ? mm_get(*head) : NULL;
    while (link) {
        struct part_link *next = mm_get(link->next);
        mm_free_array(m, &PART_LINK, link, bytes - sizeof(struct part_link));
        link = next;
    }
    mm_set(m, head, NULL);
}

enum { PART_PAGE_BYTES = 4096 };

/* Writes a word of each page of an object but the first, which the reference is in; says how many
 * pages it has. */
MM_INLINE uint64_t
part_touch(struct part_link *link, size_t bytes)
{
    uint64_t pages = bytes < PART_PAGE_BYTES ? 0 : bytes / PART_PAGE_BYTES;
    for (uint64_t page = 1; page < pages; page++)
        *(uint64_t *)(void *)((char *)link + page * PART_PAGE_BYTES) = page;
    return pages;
}

/* How many objects a chain has. */
MM_INLINE uint64_t
part_length(const mm_ref *head)
{
    uint64_t length = 0;
    for (const struct part_link *link = mm_get(*head); link; link = mm_get(link->next))
        length++;
    return length;
}

/* -- Room --------------------------------------------------------------------------------------
 *
 * A limit is a multiple of what is alive: with next to nothing alive there is no room for anybody.
 * So a block of bytes is kept that nobody touches, and that costs no memory but in the books. */

struct part_block {
    uint64_t bytes;
};

MM_TYPE(PART_BLOCK, struct part_block, .tail = MM_TAIL_BYTES, .acyclic = true);

static mm_ref part_block_kept;

/* Enough for any manager's own tables. */
static const size_t PART_BLOCK_BYTES[WORKLOAD_SIZES] = { (size_t)128 << 10, (size_t)8 << 20,
                                                         (size_t)8 << 20 };

MM_INLINE void
part_block_keep(struct mm_mutator *m, size_t bytes)
{
    mm_global(m, &part_block_kept);
    mm_take(m, &part_block_kept, mm_new_array(m, &PART_BLOCK, bytes - sizeof(struct part_block)));
    ((struct part_block *)mm_get(part_block_kept))->bytes = bytes;
}

MM_INLINE uint64_t
part_block_drop(struct mm_mutator *m)
{
    struct part_block *block = mm_get(part_block_kept);
    uint64_t bytes = block->bytes;
    if (MM_FREES)
        mm_free_array(m, &PART_BLOCK, block, bytes - sizeof *block);
    mm_set(m, &part_block_kept, NULL);
    return bytes;
}

#endif
