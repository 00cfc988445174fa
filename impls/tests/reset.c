/* reset.c -- proves of the arena what its scopes leave behind: what they no longer reach goes back
 * to the system while the program runs; what they reach again and again stays, without a page
 * fault; what was used before is null again, and what never was takes no memory. */
#include "common.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum {
    PEAK_BYTES = 8 << 20,
    STEADY_BYTES = 1 << 20,
    SMALL_BYTES = 100,
    ROW_COUNT = 200000,
    PAGE = 4096,
    DEPTH_MAX = 64,
};

struct bytes {
    uint64_t length;
};
MM_TYPE(BYTES, struct bytes, .tail = MM_TAIL_BYTES);
MM_TYPE(ROW, struct bytes, .tail = MM_TAIL_REFS);

struct reset {
    struct mm_heap *heap;
    struct mm_mutator *m;
};

static struct reset
reset_begin(bool huge_pages)
{
    struct reset r = { .heap = mm_heap_create(&(struct mm_config){ .huge_pages = huge_pages }) };
    r.m = mm_attach(r.heap);
    return r;
}

static void
reset_end(struct reset *r)
{
    mm_verify(r->heap);
    mm_detach(r->m);
    mm_heap_destroy(r->heap);
}

static uint64_t
reset_held(const struct reset *r)
{
    struct mm_stats stats;
    mm_stats(r->heap, &stats);
    return stats.held_bytes;
}

static uint64_t
reset_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_minflt;
}

/* Fills some bytes with objects of a page and less, all of it written. */
static void
reset_fill(struct mm_mutator *m, size_t bytes)
{
    for (size_t made = 0; made < bytes;) {
        size_t n = bytes - made < PAGE ? bytes - made : PAGE;
        memset(mm_peek(mm_new_array(m, &BYTES, n)), 1, n);
        made += n;
    }
}

/* Scopes, one in the other, of which the innermost has so many bytes. */
static void
reset_scope(struct mm_mutator *m, unsigned depth, size_t bytes)
{
    struct mm_scope scope = mm_scope_begin(m);
    if (depth > 1)
        reset_scope(m, depth - 1, bytes);
    else
        reset_fill(m, bytes);
    mm_scope_end(m, scope);
}

/* Small scopes until no more than `most` bytes are held; the test's time limit ends it if that
 * does not come. */
static void
reset_until(struct reset *r, uint64_t most)
{
    while (reset_held(r) > most)
        reset_scope(r->m, 1, SMALL_BYTES);
    mm_verify(r->heap);
}

static void
reset_falls(bool huge_pages, uint64_t most)
{
    struct reset r = reset_begin(huge_pages);
    for (unsigned depth = 1; depth <= 4; depth++) {
        reset_scope(r.m, depth, PEAK_BYTES);
        mm_assert(reset_held(&r) >= PEAK_BYTES);
        reset_until(&r, most);
    }
    reset_end(&r);
}

static void
reset_small_pages(void *user)
{
    (void)user;
    reset_falls(false, (size_t)512 << 10);
}

/* Each of the levels keeps whole ones. */
static void
reset_huge_pages(void *user)
{
    (void)user;
    reset_falls(true, (size_t)5 << 21);
}

/* The large scopes are all alike, and never so far apart that one window has none.  At first what
 * was committed ahead of them goes back. */
static void
reset_stays(void *user)
{
    (void)user;
    struct reset r = reset_begin(false);
    reset_scope(r.m, 1, STEADY_BYTES);
    uint64_t held = 0, faults = reset_faults();
    for (unsigned i = 1; i <= 2000; i++) {
        reset_scope(r.m, 1, i % 50 == 0 || i < 500 ? STEADY_BYTES : SMALL_BYTES);
        if (i == 300)
            held = reset_held(&r);
        mm_assert(i < 300 || reset_held(&r) == held);
    }
    mm_assert(reset_faults() - faults < 2000); /* a scope has 256 pages, of which none is new */
    reset_end(&r);
}

static void
reset_check_row(struct mm_mutator *m, mm_ref *slot, size_t from, size_t n)
{
    struct bytes *row = mm_get(*slot);
    mm_ref *items = mm_items(&ROW, row);
    for (size_t i = from; i < n; i++)
        mm_assert(mm_get(items[i]) == NULL);
    for (size_t i = 0; i < n; i++)
        mm_store(m, row, &items[i], row);
}

/* Rows of references end each a little further than the one before in their scope's range. */
static void
reset_is_null(void *user)
{
    (void)user;
    struct reset r = reset_begin(false);
    mm_ref slot = { NULL };
    for (size_t n = 1; n < ROW_COUNT; n += n / 3 + 1) {
        struct mm_scope scope = mm_scope_begin(r.m);
        reset_fill(r.m, n);
        mm_take(r.m, &slot, mm_new_array(r.m, &ROW, n));
        reset_check_row(r.m, &slot, 0, n);
        mm_resize(r.m, &slot, &ROW, n, 2 * n);
        reset_check_row(r.m, &slot, n, 2 * n);
        mm_scope_end(r.m, scope);
        mm_verify(r.heap);
    }
    reset_end(&r);
}

/* Debug builds fill all that is made. */
static void
reset_takes_nothing(void *user)
{
    (void)user;
    struct reset r = reset_begin(false);
    mm_ref slot = { NULL };
    struct mm_scope scope = mm_scope_begin(r.m);
    mm_take(r.m, &slot, mm_new_array(r.m, &ROW, 1));
    uint64_t faults = reset_faults();
    for (unsigned i = 0; i < 100; i++) /* 782 pages each */
        mm_take(r.m, &slot, mm_new_array(r.m, &ROW, 2 * ROW_COUNT));
    mm_assert(MM_DEBUG || reset_faults() - faults < 1000);
    reset_check_row(r.m, &slot, 0, 2 * ROW_COUNT);
    mm_scope_end(r.m, scope);
    reset_end(&r);
}

static void
reset_too_deep(void *user)
{
    (void)user;
    struct reset r = reset_begin(false);
    for (unsigned i = 0; i < DEPTH_MAX; i++)
        (void)mm_scope_begin(r.m);
}

int
main(void)
{
    static void (*const BODIES[])(void *user) = { reset_small_pages, reset_huge_pages, reset_stays,
                                                  reset_is_null, reset_takes_nothing };
    int failed = 0;
    for (unsigned i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        int status = test_child(BODIES[i], NULL);
        if (status)
            printf("reset %s: part %u ended with status %d\n", MM_MANAGER.name, i, status);
        failed |= status;
    }
    int deep = test_child(reset_too_deep, NULL);
    if (deep != TEST_BREACH)
        printf("reset %s: too many scopes ended with status %d\n", MM_MANAGER.name, deep);
    return failed || deep != TEST_BREACH;
}
