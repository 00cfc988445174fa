/* pair.h -- a bad way and a good way to do one thing, as a workload with two variants.
 *
 * A pair is one file: it includes this one, writes two functions that do the same n operations
 * and return the same sum, names them in PAIR, and ends with PAIR_WORKLOAD.  What a pair has
 * alive is next to nothing, so that a heap of twice that would hold nobody.  Therefore a block of
 * bytes is kept beside it, in place of the rest of a program; collectors do not look into it. */
#ifndef PAIR_H
#define PAIR_H

#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

struct pair {
    /* One call of the loop: opens its own scopes, and leaves nothing behind. */
    uint64_t (*bad)(struct mm_mutator *m, uint64_t n);
    uint64_t (*good)(struct mm_mutator *m, uint64_t n);
    struct {
        uint64_t batches, operations; /* timed calls, and n of each */
    } sizes[WORKLOAD_SIZES];
    uint64_t peak_bytes; /* the most payload that a call has alive, the worse of the two */
};

/* The including file defines it further down. */
static const struct pair PAIR;

enum pair_variant { PAIR_BAD, PAIR_GOOD };
static const char *const PAIR_VARIANTS[] = { [PAIR_BAD] = "bad", [PAIR_GOOD] = "good", NULL };

struct pair_block {
    uint64_t words;
};

MM_TYPE(PAIR_BLOCK, struct pair_block, .tail = MM_TAIL_BYTES);

static mm_ref pair_kept;

static size_t
pair_kept_bytes(const struct workload_run *run)
{
    return run->size == WORKLOAD_SMOKE ? (size_t)128 << 10 : (size_t)4 << 20;
}

static void
pair_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = PAIR.sizes[run->size].batches,
        .operations = PAIR.sizes[run->size].operations,
        .peak_live_bytes = mm_size(&PAIR_BLOCK, pair_kept_bytes(run)) + PAIR.peak_bytes,
    };
}

static void
pair_setup(struct mm_mutator *m, const struct workload_run *run)
{
    size_t bytes = pair_kept_bytes(run);
    mm_global(m, &pair_kept);
    mm_take(m, &pair_kept, mm_new_array(m, &PAIR_BLOCK, bytes));
    struct pair_block *block = mm_get(pair_kept);
    block->words = bytes / sizeof(uint64_t);
    uint64_t *words = mm_tail(&PAIR_BLOCK, block);
    struct workload_random random = workload_random_seed(run->seed, 0);
    for (uint64_t i = 0; i < block->words; i++)
        words[i] = workload_random_next(&random);
}

static uint64_t
pair_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread, uint64_t batch)
{
    (void)thread, (void)batch;
    uint64_t n = PAIR.sizes[run->size].operations;
    return run->variant == PAIR_BAD ? PAIR.bad(m, n) : PAIR.good(m, n);
}

static uint64_t
pair_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    struct pair_block *block = mm_get(pair_kept);
    const uint64_t *words = mm_tail(&PAIR_BLOCK, block);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < block->words; i++)
        sum += words[i] * (2 * i + 1);
    if (MM_FREES)
        mm_free_array(m, &PAIR_BLOCK, block, pair_kept_bytes(run));
    mm_set(m, &pair_kept, NULL);
    return sum;
}

/* Defines WORKLOAD; the three arguments are texts, as in struct workload. */
#define PAIR_WORKLOAD(NAME, SUMMARY, OPERATION) \
    const struct workload WORKLOAD = {          \
        .name = NAME,                           \
        .summary = SUMMARY,                     \
        .operation = OPERATION,                 \
        .variants = PAIR_VARIANTS,              \
        .threads_default = 1,                   \
        .threads_max = 1,                       \
        .fixed_live = true,                     \
        .plan = pair_plan,                      \
        .setup = pair_setup,                    \
        .batch = pair_batch,                    \
        .teardown = pair_teardown,              \
    }

#endif
