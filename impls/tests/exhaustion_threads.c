/* exhaustion_threads.c -- proves that running out of memory is a clean end while two threads
 * allocate, whichever request fails and whichever thread it is that made it: the process ends by
 * mm_exhausted within seconds, or gets by without, and what was built is intact.  So it is with
 * ever higher limits, under which all that follows fails too, until the program fits.
 *
 * The thread that runs out looks at its own objects at that moment, and asks the other one to. That
 * one does so where it stands between two calls, and stands still from then on; then the manager is
 * verified too.  It cannot always come: it may wait for a lock, or for the world to go on, which
 * who ran out holds.  So it is waited for a short while only, and some end must have seen both. */
#define _POSIX_C_SOURCE 200809L
#include "chain.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, NODES = 1500, REQUESTS_MAX = 500, ENOUGH = 12, PATIENCE_MS = 50, END_S = 60 };
enum { LIMIT_MIN = 256 << 10 };

/* What the parent learns of all its children. */
struct exhaustion_counts {
    uint32_t together; /* ends that both threads saw */
};

struct exhaustion_thread {
    mm_ref chain, kept;
    bool stands; /* atomic: its objects are intact, and it makes no call any more */
};

static struct exhaustion_counts *exhaustion_counts;
static struct mm_heap *exhaustion_heap;
static struct exhaustion_thread exhaustion_threads[THREADS];
static bool exhaustion_ends; /* atomic: somebody ran out */
static _Thread_local struct exhaustion_thread *exhaustion_self;

static void
exhaustion_stand(void)
{
    if (exhaustion_self) {
        (void)chain_verify(&exhaustion_self->chain);
        (void)chain_verify(&exhaustion_self->kept);
        __atomic_store_n(&exhaustion_self->stands, true, __ATOMIC_RELEASE);
    }
}

static void
exhaustion_wait(unsigned ms)
{
    struct timespec time = { .tv_nsec = (long)ms * 1000000 };
    (void)nanosleep(&time, NULL);
}

static bool
exhaustion_all_stand(void)
{
    for (unsigned i = 0; i < THREADS; i++)
        if (!__atomic_load_n(&exhaustion_threads[i].stands, __ATOMIC_ACQUIRE))
            return false;
    return true;
}

/* Of two that run out at once the second waits for the first to end the process. */
static void
exhaustion_ended(void)
{
    exhaustion_stand();
    if (__atomic_exchange_n(&exhaustion_ends, true, __ATOMIC_ACQ_REL))
        for (;;)
            pause();
    for (unsigned ms = 0; ms < PATIENCE_MS && !exhaustion_all_stand(); ms++)
        exhaustion_wait(1);
    if (!exhaustion_heap || !exhaustion_all_stand())
        return;
    exhaustion_counts->together++;
    mm_verify(exhaustion_heap);
}

/* Between two calls: stands still for good if the other one ran out. */
static void
exhaustion_look(void)
{
    if (!__atomic_load_n(&exhaustion_ends, __ATOMIC_ACQUIRE))
        return;
    exhaustion_stand();
    for (;;)
        pause();
}

static void
exhaustion_program(struct exhaustion_thread *self, struct mm_mutator *m)
{
    for (uint32_t i = 0; i < NODES; i++) {
        uint32_t bytes = i % 50 ? i % 1500 : i * 100;
        chain_push(m, &self->chain, bytes);
        exhaustion_look();
        if (i % 10 == 0)
            chain_push(m, &self->kept, bytes);
        if (i % 500 == 499)
            chain_drop(m, &self->chain);
        if (i % 700 == 699)
            mm_collect(m);
        exhaustion_look();
    }
    chain_drop(m, &self->chain);
    struct mm_scope scope = mm_scope_begin(m);
    for (uint32_t i = 0; i < NODES; i++) {
        chain_push(m, &self->chain, i % 3000);
        exhaustion_look();
    }
    chain_drop(m, &self->chain);
    mm_scope_end(m, scope);
    chain_drop(m, &self->kept);
}

static void *
exhaustion_run(void *user)
{
    struct exhaustion_thread *self = user;
    exhaustion_self = self;
    struct mm_mutator *m = mm_attach(exhaustion_heap);
    mm_global(m, &self->chain);
    mm_global(m, &self->kept);
    exhaustion_program(self, m);
    mm_detach(m);
    exhaustion_stand();
    return NULL;
}

static void
exhaustion_child(void *user)
{
    test_when_exhausted = exhaustion_ended;
    (void)alarm(END_S);
    exhaustion_heap = mm_heap_create(user);
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++)
        mm_assert(pthread_create(&threads[i], NULL, exhaustion_run, &exhaustion_threads[i]) == 0);
    for (unsigned i = 0; i < THREADS; i++)
        mm_assert(pthread_join(threads[i], NULL) == 0);
    mm_verify(exhaustion_heap);
    struct mm_heap *heap = exhaustion_heap;
    exhaustion_heap = NULL;
    mm_heap_destroy(heap);
}

static unsigned exhaustion_exhausted;

/* The status of a child, which may be 0 or TEST_EXHAUSTED; anything else is told and ends the test.
 */
static int
exhaustion_case(struct mm_config config)
{
    config.cores = THREADS;
    config.seed = 1;
    int status = test_child(exhaustion_child, &config);
    if (status != 0 && status != TEST_EXHAUSTED) {
        printf("exhaustion_threads %s: request %llu fails, limit %zu: status %d\n", MM_MANAGER.name,
               (unsigned long long)config.fail_request, config.heap_bytes, status);
        exit(1);
    }
    exhaustion_exhausted += status == TEST_EXHAUSTED;
    return status;
}

int
main(void)
{
    if (MM_MANAGER.max_threads < THREADS)
        return test_skip("one thread");
    exhaustion_counts = test_shared(sizeof *exhaustion_counts);
    unsigned passed = 0;
    const uint64_t share = TEST_FEWER ? 8 : 24;
    const uint64_t most = TEST_FEWER ? 4 * REQUESTS_MAX : REQUESTS_MAX;
    for (uint64_t n = 1; n < most && passed < ENOUGH; n += 1 + n / share)
        passed = exhaustion_case((struct mm_config){ .fail_request = n }) ? 0 : passed + 1;
    mm_assert(passed == ENOUGH);
    /* With a limit all later requests fail as well, of both threads. */
    size_t bytes = LIMIT_MIN;
    while (MM_MANAGER.obeys_limit && exhaustion_case((struct mm_config){ .heap_bytes = bytes }))
        bytes += bytes / 3;
    printf("exhaustion_threads %s: %u clean ends, %u seen by both threads\n", MM_MANAGER.name,
           exhaustion_exhausted, exhaustion_counts->together);
    return exhaustion_exhausted == 0 || exhaustion_counts->together == 0;
}
