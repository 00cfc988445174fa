/* generational_check.c -- asserts the invariants of generational.h by a walk through all that is
 * old, reachable or not. */
#include "generational.h"

#include "parts/assert.h"

#include <stdlib.h>

struct generational_check {
    struct mm_heap *heap;
    uintptr_t *places; /* of the log, sorted */
    size_t places_n;
    size_t objects;    /* of the log */
    size_t remembered; /* found by their mark bytes */
};

static int
generational_check_compare(const void *a, const void *b)
{
    uintptr_t left = *(const uintptr_t *)a, right = *(const uintptr_t *)b;
    return left < right ? -1 : left > right;
}

/* Sorts the places of the log, and counts its objects. */
static void
generational_check_log(struct generational_check *check)
{
    const struct mm_heap *heap = check->heap;
    const struct object_log *log = &heap->log;
    check->places = calloc(log->used + 1, sizeof *check->places);
    mm_assert(check->places);
    for (size_t i = 0; i < log->used; i++) {
        uintptr_t word = log->words[i];
        if (word & LOG_PLACE)
            check->places[check->places_n++] = word - LOG_PLACE;
        else if (word) {
            check->objects++;
            mm_assert(*block_mark_byte(&heap->blocks, (const void *)word) ==
                      (heap->blocks.live | MARK_LOGGED)); /* 2 */
        }
    }
    qsort(check->places, check->places_n, sizeof *check->places, generational_check_compare);
    object_log_check(log);
}

static void
generational_check_words(const struct generational_check *check, const char *base, uint64_t refs)
{
    const struct block_heap *blocks = &check->heap->blocks;
    for (; refs; refs &= refs - 1) {
        const mm_ref *place = (const mm_ref *)(const void *)base + __builtin_ctzll(refs);
        uintptr_t key = (uintptr_t)place;
        if (place->ptr_ && !block_mark_is(*block_mark_byte(blocks, place->ptr_), blocks->live))
            mm_assert(bsearch(&key, check->places, check->places_n, sizeof key,
                              generational_check_compare)); /* 1 */
    }
}

/* An old object. */
static void
generational_check_object(struct generational_check *check, const char *obj,
                          const struct kind *kind, size_t bytes, uint8_t byte)
{
    if (byte & MARK_LOGGED) {
        check->remembered++;
        return;
    }
    generational_check_words(check, obj, kind->refs);
    if (kind->unit_refs)
        for (size_t at = kind->fixed_bytes; at + kind->unit_bytes <= bytes; at += kind->unit_bytes)
            generational_check_words(check, obj + at, kind->unit_refs);
}

static void
generational_check_block(struct generational_check *check, size_t block)
{
    const struct block_heap *blocks = &check->heap->blocks;
    const struct kind *kind = &blocks->kinds[blocks->blocks[block].kind];
    for (size_t cell = 0; cell < kind->cells; cell++) {
        const char *obj = block_address(blocks, block) + cell * kind->bytes;
        uint8_t byte = *block_mark_byte(blocks, obj);
        if (block_mark_is(byte, blocks->live))
            generational_check_object(check, obj, kind, kind->bytes, byte);
    }
}

static void
generational_check_large(struct generational_check *check, const struct large_list *list)
{
    const struct block_heap *blocks = &check->heap->blocks;
    for (uint32_t at = list->first; at != LARGE_NONE; at = blocks->large.table[at].next) {
        const struct large *large = &blocks->large.table[at];
        if (block_mark_is(large->mark, blocks->live))
            generational_check_object(check, blocks->large.base + (size_t)at * PAGES_BYTES,
                                      &blocks->kinds[large->kind], large->bytes, large->mark);
    }
}

void
generational_check(struct mm_heap *heap)
{
    struct generational_check check = { .heap = heap };
    if (heap->log.lost || heap->skip)
        return;
    generational_check_log(&check);
    for (size_t block = 0; block < heap->blocks.blocks_top; block++)
        if (heap->blocks.blocks[block].kind >= CELL_CLASSES)
            generational_check_block(&check, block);
    generational_check_large(&check, &heap->blocks.large.unswept);
    generational_check_large(&check, &heap->blocks.large.swept);
    mm_assert(check.remembered == check.objects); /* 2 */
    free(check.places);
}
