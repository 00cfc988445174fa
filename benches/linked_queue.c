/* linked_queue -- a linked queue of constant length: first in, first out.
 *
 * Every object lives exactly as long as the queue is, in allocations: nothing dies young, and
 * all die in the order of their birth.  A collector that bets on youth loses the bet each time;
 * an allocator gets its memory back in the order in which it gave it away.  Each object is
 * written to once after its birth, when the next one is linked behind it. */
#include "mm.h"
#include "workload.h"
#include "workload_tools.h"

enum {
    JOB_WORDS = 6,
    STRETCH = 4096 /* jobs between two safepoints where nothing is allocated */
};

struct job {
    mm_ref next;
    uint64_t number;
    uint64_t words[JOB_WORDS];
};

MM_TYPE(JOB, struct job, .acyclic = true, .ref_words = MM_WORD(struct job, next));

static const struct queue_size {
    uint64_t length, steps, batches;
} SIZES[WORKLOAD_SIZES] = {
    { .length = 1600, .steps = 1600, .batches = 2 },
    { .length = 1 << 18, .steps = 1 << 18, .batches = 12 },
    { .length = 1 << 22, .steps = 1 << 22, .batches = 12 },
};

static struct {
    mm_ref head, tail;
} queue;

static uint64_t
job_sum(const struct job *job)
{
    uint64_t sum = job->number;
    for (unsigned i = 0; i < JOB_WORDS; i++)
        sum += job->words[i] * (2 * i + 3);
    return sum;
}

static void
queue_push(struct mm_mutator *m, uint64_t number)
{
    mm_owned fresh = mm_new(m, &JOB);
    struct job *job = mm_peek(fresh);
    job->number = number;
    for (unsigned i = 0; i < JOB_WORDS; i++)
        job->words[i] = number ^ i;
    struct job *last = mm_get(queue.tail);
    if (last)
        mm_store_new(m, last, &last->next, fresh);
    else
        mm_take(m, &queue.head, fresh);
    mm_set(m, &queue.tail, job);
}

/* Takes the first job off a queue that has two at least. */
static uint64_t
queue_pop(struct mm_mutator *m)
{
    struct job *job = mm_get(queue.head);
    struct job *next = mm_get(job->next);
    uint64_t sum = job_sum(job);
    if (MM_FREES)
        mm_free(m, &JOB, job);
    mm_set(m, &queue.head, next);
    return sum;
}

static void
linked_queue_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct queue_size *size = &SIZES[run->size];
    *plan = (struct workload_plan){
        .batches = size->batches,
        .operations = size->steps,
        .peak_live_bytes = size->length * sizeof(struct job),
    };
}

static void
linked_queue_setup(struct mm_mutator *m, const struct workload_run *run)
{
    mm_global(m, &queue.head);
    mm_global(m, &queue.tail);
    for (uint64_t i = 0; i < SIZES[run->size].length; i++)
        queue_push(m, run->seed + i);
}

static uint64_t
linked_queue_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                   uint64_t batch)
{
    (void)thread;
    uint64_t steps = SIZES[run->size].steps;
    struct workload_random random = workload_random_seed(run->seed, batch);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < steps; i++) {
        sum = workload_mix(sum, queue_pop(m));
        queue_push(m, workload_random_next(&random));
    }
    return sum;
}

static void
queue_free(struct mm_mutator *m, struct job *job)
{
    while (job) {
        struct job *next = mm_get(job->next);
        mm_free(m, &JOB, job);
        job = next;
    }
}

/* The tail serves as the cursor of the last walk. */
static uint64_t
linked_queue_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    (void)run;
    uint64_t sum = 0;
    mm_set(m, &queue.tail, mm_get(queue.head));
    while (mm_get(queue.tail)) {
        struct job *job = mm_get(queue.tail);
        for (unsigned i = 0; job && i < STRETCH; i++) {
            sum = workload_mix(sum, job_sum(job));
            job = mm_get(job->next);
        }
        mm_set(m, &queue.tail, job);
        mm_safepoint(m);
    }
    if (MM_FREES)
        queue_free(m, mm_get(queue.head));
    mm_set(m, &queue.head, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "linked_queue",
    .summary = "every object lives exactly as long as the queue is",
    .operation = "a job taken off and one put on",
    .threads_default = 1,
    .threads_max = 1,
    .plan = linked_queue_plan,
    .setup = linked_queue_setup,
    .batch = linked_queue_batch,
    .teardown = linked_queue_teardown,
};
