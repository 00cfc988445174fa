/* aide.c -- proves that nothing is lost where two mark at once: a mutator that makes more than
 * there is room for is held up and marks beside the collector's thread, again and again, while
 * lists are replaced; every list is whole in the end.  The same with two mutators, of which one may
 * be the aide at a time.
 *
 * What is kept is wide, so that both have something to do: lists in the rows of large tables, whose
 * tails go in pieces.  Each list is in two rows of a piece, of which one is given away when the
 * piece is halved, so that both come by its nodes at about the same time.  Where an aide pays for
 * every step it must have marked: in tiny sizes, and with a sanitizer; else a manager with its real
 * sizes looks on, as steps are short in so small a heap. */
#define _GNU_SOURCE
#include "chain.h"
#include "parts/block_heap_sizes.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

enum {
    LIMIT_BYTES = 9 << 19, /* so tight that one mutator may take all that a cycle finds */
    TABLES = 6,
    ROWS = 2176, /* in each: more than a block holds */
    TWIN = 32,   /* row i has the same list as row i ^ TWIN */
    NODES = 6,   /* in each row's list */
    PAYLOAD_BYTES = 40,
    TURNS = 40000 / (TEST_FEWER ? 8 : 1),
    TRIES =
        20, /* of so many turns: where others want the cores, a thread may have none for a while */
    MUTATORS_MAX = 2
};

/* With a sanitizer every step is long enough. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { AIDE_PAYS = 1 };
#else
enum { AIDE_PAYS = AIDE_STEP_NS == 0 };
#endif

struct table {
    uint64_t rows;
};
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS);

struct user {
    struct mm_heap *heap;
    unsigned number, count;
};

static mm_ref aide_tables[TABLES];
static uint64_t aide_assists, aide_steps; /* atomic */

static void
aide_event(void *user, const struct mm_event *event)
{
    (void)user;
    if (event->mutator == MM_NO_MUTATOR || event->kind != MM_EVENT_ASSIST)
        return;
    (void)__atomic_fetch_add(&aide_assists, 1, __ATOMIC_RELAXED);
    (void)__atomic_fetch_add(&aide_steps, event->bytes, __ATOMIC_RELAXED);
}

/* Puts a new list into two rows, in place of what was there. */
static __attribute__((noinline)) void
aide_replace(struct mm_mutator *m, unsigned table, uint32_t row)
{
    MM_LOCALS(m, fresh);
    for (unsigned i = 0; i < NODES; i++)
        chain_push(m, &locals->fresh, PAYLOAD_BYTES);
    void *obj = mm_get(aide_tables[table]);
    mm_ref *rows = mm_items(&TABLE, obj);
    mm_store(m, obj, &rows[row], mm_get(locals->fresh));
    mm_store(m, obj, &rows[row ^ TWIN], mm_get(locals->fresh));
}

static bool
aide_has_marked(void)
{
    return !AIDE_PAYS || __atomic_load_n(&aide_steps, __ATOMIC_RELAXED) > 0;
}

/* Each mutator has tables of its own. */
static void
aide_churn(struct mm_mutator *m, const struct user *user)
{
    struct test_random random = { user->number };
    for (unsigned i = 0; i < TURNS / user->count; i++) {
        unsigned table = test_random_below(&random, TABLES / user->count);
        aide_replace(m, table * user->count + user->number, test_random_below(&random, ROWS));
    }
}

static void *
aide_thread(void *argument)
{
    const struct user *user = argument;
    struct mm_mutator *m = mm_attach(user->heap);
    unsigned tries = 0;
    do
        aide_churn(m, user);
    while (!aide_has_marked() && ++tries < TRIES);
    mm_detach(m);
    return NULL;
}

static __attribute__((noinline)) void
aide_fill(struct mm_mutator *m)
{
    for (unsigned table = 0; table < TABLES; table++) {
        mm_global(m, &aide_tables[table]);
        mm_take(m, &aide_tables[table], mm_new_array(m, &TABLE, ROWS));
        for (uint32_t row = 0; row < ROWS; row++)
            if (!(row & TWIN))
                aide_replace(m, table, row);
    }
}

static void
aide_verify(void)
{
    for (unsigned table = 0; table < TABLES; table++) {
        const mm_ref *rows = mm_items(&TABLE, mm_get(aide_tables[table]));
        for (uint32_t row = 0; row < ROWS; row++)
            mm_assert(chain_verify(&rows[row]) == NODES);
    }
}

static void
aide_child(void *argument)
{
    const unsigned *mutators = argument;
    struct mm_heap *heap = mm_heap_create(&(struct mm_config){
        .heap_bytes = LIMIT_BYTES, .cores = *mutators + 2, .seed = 1, .event = aide_event });
    struct mm_mutator *m = mm_attach(heap);
    struct user users[MUTATORS_MAX];
    pthread_t threads[MUTATORS_MAX];
    aide_fill(m);
    mm_park(m);
    for (unsigned i = 0; i < *mutators; i++) {
        users[i] = (struct user){ heap, i, *mutators };
        mm_assert(pthread_create(&threads[i], NULL, aide_thread, &users[i]) == 0);
    }
    for (unsigned i = 0; i < *mutators; i++)
        pthread_join(threads[i], NULL);
    mm_unpark(m);
    aide_verify();
    mm_verify(heap);
    printf("aide %s, %u mutators: %llu assists, %llu steps\n", MM_MANAGER.name, *mutators,
           (unsigned long long)aide_assists, (unsigned long long)aide_steps);
    mm_assert(aide_assists > 0);
    mm_assert(aide_has_marked());
    for (unsigned table = 0; table < TABLES; table++)
        mm_set(m, &aide_tables[table], NULL);
    mm_detach(m);
    mm_heap_destroy(heap);
}

int
main(void)
{
    int failed = 0;
    cpu_set_t cores;
    mm_assert(sched_getaffinity(0, sizeof cores, &cores) == 0);
    if (CPU_COUNT(&cores) < 2)
        return test_skip("one core, on which nobody marks beside another");
    for (unsigned mutators = 1; mutators <= MUTATORS_MAX; mutators++)
        failed |= test_child(aide_child, &mutators);
    if (failed)
        printf("aide %s: status %d\n", MM_MANAGER.name, failed);
    return failed;
}
