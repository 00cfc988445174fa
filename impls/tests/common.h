/* common.h -- what the tests of every manager share: children to run in, random numbers. */
#ifndef TESTS_COMMON_H
#define TESTS_COMMON_H

#include "mm.h"
#include "parts/assert.h"

enum { TEST_EXHAUSTED = 3, TEST_BREACH = 4, TEST_SKIPPED = 77, TEST_CRASHED = 128 };

/* Under the thread sanitizer, at twenty times the cost, tests make fewer runs of the same kinds: it
 * finds a race in most runs that take both sides of it, and need not see it go wrong. */
#if defined(__SANITIZE_THREAD__)
enum { TEST_FEWER = 1 };
#else
enum { TEST_FEWER = 0 };
#endif

/* splitmix64 (Steele, Lea and Flood 2014). */
struct test_random {
    uint64_t state;
};

MM_INLINE uint64_t
test_random_next(struct test_random *random)
{
    uint64_t z = (random->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Uniform in [0, bound), for bounds below 2^32; 0 if the bound is. */
MM_INLINE uint32_t
test_random_below(struct test_random *random, uint32_t bound)
{
    return (uint32_t)(((test_random_next(random) >> 32) * bound) >> 32);
}

/* Runs `body` in a child, since a process has one heap; its exit status, or TEST_CRASHED and
 * the signal.  Memory exhausted ends a child with TEST_EXHAUSTED, a breach with TEST_BREACH. */
int test_child(void (*body)(void *user), void *user);

/* The status to end with of a test that is one child and nothing else; it says which one failed. */
int test_only(const char *name, void (*body)(void *user));

/* Memory that a child shares with its parent; zero.  Never given back. */
void *test_shared(size_t bytes);

/* Says why this manager is not tested.  The status to end with, by which ctest names the test. */
int test_skip(const char *why);

/* Called first by mm_exhausted, if not NULL: what must still hold at that moment. */
extern void (*test_when_exhausted)(void);

/* Whether objects outside all scopes can be reclaimed at all. */
MM_INLINE bool
test_reclaims(void)
{
    return MM_TRAITS.frees || MM_TRAITS.roots || MM_TRAITS.barrier || MM_MANAGER.collects;
}

/* Whether exhaustion can be told apart from a crash: heap_bytes bounds the heap. */
MM_INLINE bool
test_is_ours(void)
{
    return MM_MANAGER.version == NULL;
}

#endif
