/* part_first_touch -- memory that was never used: what the first write to each page costs.
 *
 * Every batch makes objects that are kept, so that each lies in fresh memory, and writes one word
 * of every page of 4 KiB: of objects of 64 bytes the first word of each, of larger ones a word a
 * page. No limit is near, and nothing dies.  Race it with --thp off and with --thp on: the kernel
 * then hands out 2 MiB at a time to managers that ask for it, and nulls them. */
#include "part.h"

enum { BATCHES = 16 };

static const char *const VARIANTS[] = { "64", "64k", "4m", NULL };
static const size_t BYTES[] = { 64, (size_t)64 << 10, (size_t)4 << 20 };
static const size_t BATCH_BYTES[WORKLOAD_SIZES] = { (size_t)4 << 10, (size_t)16 << 20,
                                                    (size_t)64 << 20 };

static mm_ref kept;

/* In a smoke run the large ones are small. */
static size_t
touch_bytes(const struct workload_run *run)
{
    size_t bytes = BYTES[run->variant], most = BATCH_BYTES[run->size];
    return bytes < most ? bytes : most;
}

static void
part_first_touch_plan(const struct workload_run *run, struct workload_plan *plan)
{
    *plan = (struct workload_plan){
        .batches = BATCHES,
        .operations = BATCH_BYTES[run->size] / PART_PAGE_BYTES,
        .peak_live_bytes = (1 + BATCHES) * BATCH_BYTES[run->size],
    };
}

static void
part_first_touch_setup(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    mm_global(m, &kept);
}

static uint64_t
part_first_touch_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                       uint64_t batch)
{
    (void)thread, (void)batch;
    size_t bytes = touch_bytes(run);
    uint64_t sum = 0;
    for (size_t made = 0; made < BATCH_BYTES[run->size]; made += bytes) {
        part_push(m, &kept, bytes);
        sum += part_touch(mm_get(kept), bytes);
    }
    return sum;
}

static uint64_t
part_first_touch_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t sum = part_length(&kept);
    for (struct part_link *link = mm_get(kept); link; link = mm_get(link->next))
        for (size_t page = 1; page < touch_bytes(run) / PART_PAGE_BYTES; page++)
            sum += *(uint64_t *)(void *)((char *)link + page * PART_PAGE_BYTES);
    part_drop(m, &kept, touch_bytes(run));
    return sum;
}

const struct workload WORKLOAD = {
    .name = "part_first_touch",
    .summary = "objects in memory that was never used, kept",
    .operation = "a page of 4 KiB touched",
    .variants = VARIANTS,
    .threads_default = 1,
    .threads_max = 1,
    .on_request = WORKLOAD_EVERY_VARIANT,
    .fixed_live = true,
    .plan = part_first_touch_plan,
    .setup = part_first_touch_setup,
    .batch = part_first_touch_batch,
    .teardown = part_first_touch_teardown,
};
