/* part_sizes.h -- the sizes that parts are measured at, 8 bytes to 64 KiB, as variants.
 *
 * Each size is a constant where objects are made, as the types of a program are: PART_EACH_SIZE
 * lists them once, and a benchmark makes of each what it needs. */
#ifndef PART_SIZES_H
#define PART_SIZES_H

#include "part.h"

/* clang-format off */
#define PART_EACH_SIZE(USE)                                                                     \
    USE(8, "8") USE(16, "16") USE(24, "24") USE(32, "32") USE(64, "64") USE(128, "128")         \
    USE(256, "256") USE(512, "512") USE(1024, "1k") USE(4096, "4k") USE(16384, "16k")           \
    USE(65536, "64k")
/* clang-format on */

#define PART_SIZE_NAME(bytes, name) name,
#define PART_SIZE_BYTES(bytes, name) bytes,
#define PART_SIZE_MAKE(bytes, name) part_make_##bytes,
#define PART_SIZE_DEFINE(bytes, name)                                             \
    static void part_make_##bytes(struct mm_mutator *m, mm_ref *head, uint64_t n) \
    {                                                                             \
        for (; n; n--)                                                            \
            part_push(m, head, bytes);                                            \
    }

static const char *const PART_SIZE_NAMES[] = { PART_EACH_SIZE(PART_SIZE_NAME) NULL };

static const size_t PART_SIZES[] = { PART_EACH_SIZE(PART_SIZE_BYTES) };

PART_EACH_SIZE(PART_SIZE_DEFINE)

enum { PART_SMOKE_COUNT = 16 };

/* How many objects of the variant's size take so many bytes; in a smoke run, at most a few: the
 * referee looks at all of them at every call. */
static uint64_t
part_count(const struct workload_run *run, size_t bytes)
{
    uint64_t count = bytes / PART_SIZES[run->variant];
    if (count == 0)
        return 1;
    return run->size == WORKLOAD_SMOKE && count > PART_SMOKE_COUNT ? PART_SMOKE_COUNT : count;
}

/* Makes n objects of the variant's size, before what `head` refers to. */
static void (*const PART_MAKE[])(struct mm_mutator *m, mm_ref *head,
                                 uint64_t n) = { PART_EACH_SIZE(PART_SIZE_MAKE) };

#endif
