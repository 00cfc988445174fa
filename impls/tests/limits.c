/* limits.c -- proves that a program that keeps more and more is stopped, and how: a manager that
 * obeys a limit calls mm_exhausted before it holds more than that, and others call it when the
 * system refuses; with all that was built intact.  And that a limit is not met too early: what
 * lives may be half of it. */
#define _GNU_SOURCE
#include "chain.h"

#include <stdio.h>
#include <sys/resource.h>

#ifdef __has_feature
#define LIMITS_HAS(feature) __has_feature(feature)
#else
#define LIMITS_HAS(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    LIMITS_HAS(address_sanitizer) || LIMITS_HAS(thread_sanitizer)
enum { LIMITS_SANITIZED = 1 }; /* their shadow memory counts as well */
#else
enum { LIMITS_SANITIZED = 0 };
#endif

struct limits_case {
    size_t heap_bytes; /* of the manager */
    size_t data_bytes; /* of the process; 0: as it is */
    uint32_t bytes;    /* of a node */
    uint32_t nodes;    /* kept at least, if the limit is this manager's */
};

static struct mm_heap *limits_heap;
static const struct limits_case *limits_now;
static mm_ref limits_chain;

static void
limits_verify(void)
{
    uint32_t nodes = chain_verify(&limits_chain);
    if (!limits_heap || !limits_now->heap_bytes)
        return;
    struct mm_stats stats;
    mm_stats(limits_heap, &stats);
    mm_verify(limits_heap);
    mm_assert(stats.held_bytes <= limits_now->heap_bytes);
    mm_assert(stats.peak_held_bytes == MM_UNKNOWN ||
              stats.peak_held_bytes <= limits_now->heap_bytes);
    mm_assert(nodes >= limits_now->nodes);
}

static void
limits_child(void *user)
{
    limits_now = user;
    test_when_exhausted = limits_verify;
    struct mm_config config = { .heap_bytes = limits_now->heap_bytes };
    struct mm_heap *heap = mm_heap_create(&config);
    struct mm_mutator *m = mm_attach(heap);
    limits_heap = heap;
    mm_global(m, &limits_chain);
    /* Private memory that may be written, however it was asked for; reserved space is free. */
    struct rlimit limit = { limits_now->data_bytes, limits_now->data_bytes };
    if (limits_now->data_bytes)
        mm_assert(setrlimit(RLIMIT_DATA, &limit) == 0);
    for (;;)
        chain_push(m, &limits_chain, limits_now->bytes);
}

static int
limits_run(struct limits_case *limits)
{
    int status = test_child(limits_child, limits);
    if (status == TEST_EXHAUSTED)
        return 0;
    printf("limits %s: heap %zu, data %zu, nodes of %u bytes: status %d\n", MM_MANAGER.name,
           limits->heap_bytes, limits->data_bytes, limits->bytes, status);
    return 1;
}

/* From too small to start with, to several chunks of any manager. */
static int
limits_of_heap(void)
{
    static const uint32_t sizes[] = { 0, 40, 1000, 5000, 100000 };
    int failed = 0;
    for (size_t heap_bytes = 4096; heap_bytes <= (size_t)32 << 20; heap_bytes *= 2)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct limits_case limits = { .heap_bytes = heap_bytes, .bytes = sizes[i] };
            /* Half of the limit is payload, where a constant share does not matter. */
            if (heap_bytes >= (size_t)8 << 20)
                limits.nodes = (uint32_t)(heap_bytes / 2 / chain_bytes(sizes[i]));
            failed |= limits_run(&limits);
        }
    return failed;
}

static int
limits_of_process(void)
{
    static const uint32_t sizes[] = { 40, 5000, 100000 };
    int failed = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t bytes = (size_t)48 << 20; bytes <= (size_t)96 << 20; bytes *= 2) {
            struct limits_case limits = { .data_bytes = bytes, .bytes = sizes[i] };
            failed |= limits_run(&limits);
        }
    return failed;
}

int
main(void)
{
    if (MM_MANAGER.obeys_limit)
        return limits_of_heap();
    if (LIMITS_SANITIZED) {
        printf("limits %s: nothing to prove under this sanitizer\n", MM_MANAGER.name);
        return 0;
    }
    return limits_of_process();
}
