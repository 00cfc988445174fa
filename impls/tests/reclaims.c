/* reclaims.c -- proves that memory comes back: what was dropped is not live after mm_collect,
 * cycles too, unless the manager says of itself that they stay; what a scope held is not live after
 * its end; the same work done ten times over under a limit does not exhaust it; and without a limit
 * scattered objects exhaust nothing.
 *
 * A conservative collector may keep what a stale word on the stack points to: where the manager
 * is not ours, a tenth of what was built is forgiven. */
#include "chain.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHAINS = 64, NODES = 100, BYTES_MAX = 400, LARGE_EVERY = 50, LARGE_BYTES = 100000 };

struct reclaims {
    struct mm_heap *heap;
    struct mm_mutator *m;
    bool strict; /* forgive nothing */
};

static mm_ref reclaims_chains[CHAINS];

static struct reclaims
reclaims_begin(const struct mm_config *config)
{
    struct reclaims r = { .heap = mm_heap_create(config), .strict = test_is_ours() };
    r.m = mm_attach(r.heap);
    for (size_t i = 0; i < CHAINS; i++)
        mm_global(r.m, &reclaims_chains[i]);
    return r;
}

static void
reclaims_end(struct reclaims *r)
{
    mm_verify(r->heap);
    mm_detach(r->m);
    mm_heap_destroy(r->heap);
}

static uint64_t
reclaims_live(const struct reclaims *r)
{
    struct mm_stats stats;
    mm_stats(r->heap, &stats);
    return stats.live_bytes;
}

static uint32_t
reclaims_node_bytes(size_t chain, size_t node)
{
    return (chain * NODES + node) % LARGE_EVERY ? (uint32_t)(chain * node % BYTES_MAX)
                                                : LARGE_BYTES;
}

/* Many short chains: a stale word keeps one of them at most.  Returns their payload. */
static __attribute__((noinline)) uint64_t
reclaims_build(const struct reclaims *r)
{
    uint64_t payload = 0;
    for (size_t i = 0; i < CHAINS; i++)
        for (size_t j = 0; j < NODES; j++) {
            chain_push(r->m, &reclaims_chains[i], reclaims_node_bytes(i, j));
            payload += chain_bytes(reclaims_node_bytes(i, j));
        }
    return payload;
}

static __attribute__((noinline)) void
reclaims_drop(const struct reclaims *r)
{
    for (size_t i = 0; i < CHAINS; i++) {
        mm_assert(chain_verify(&reclaims_chains[i]) == NODES);
        chain_drop(r->m, &reclaims_chains[i]);
    }
}

static void
reclaims_expect(const struct reclaims *r, uint64_t before, uint64_t built, const char *what)
{
    uint64_t live = reclaims_live(r), allowed = before + (r->strict ? 0 : built / 10);
    if (before == MM_UNKNOWN)
        return;
    if (live > allowed)
        fprintf(stderr, "%s: %s: %llu bytes live, %llu before, %llu built\n", MM_MANAGER.name, what,
                (unsigned long long)live, (unsigned long long)before, (unsigned long long)built);
    mm_assert(live <= allowed);
}

/* Twice, since the first round may leave tables behind that the second finds. */
static void
reclaims_dropped(void *user)
{
    (void)user;
    struct reclaims r = reclaims_begin(&(struct mm_config){ .heap_bytes = 0 });
    for (int round = 0; round < 2; round++) {
        mm_collect(r.m);
        uint64_t before = reclaims_live(&r);
        uint64_t built = reclaims_build(&r);
        if (before != MM_UNKNOWN)
            mm_assert(reclaims_live(&r) >= before + built);
        reclaims_drop(&r);
        mm_collect(r.m);
        reclaims_expect(&r, before, built, "dropped");
    }
    reclaims_end(&r);
}

/* -- cycles -- */

struct ring {
    mm_ref next;
    uint64_t index;
};
MM_TYPE(RING, struct ring, .ref_words = MM_WORD(struct ring, next));

static __attribute__((noinline)) void
reclaims_ring(struct mm_mutator *m, uint32_t members)
{
    MM_LOCALS(m, first, last);
    mm_take(m, &locals->first, mm_new(m, &RING));
    mm_set(m, &locals->last, mm_get(locals->first));
    for (uint32_t i = 1; i < members; i++) {
        mm_owned owned = mm_new(m, &RING);
        struct ring *last = mm_get(locals->last);
        ((struct ring *)mm_peek(owned))->index = i;
        mm_store_new(m, last, &last->next, owned);
        mm_set(m, &locals->last, mm_get(last->next));
    }
    struct ring *last = mm_get(locals->last), *first = mm_get(locals->first);
    mm_store(m, last, &last->next, first);
    for (struct ring *ring = first, *next; MM_FREES && ring; ring = next) {
        next = ring == last ? NULL : mm_get(ring->next);
        mm_free(m, &RING, ring);
    }
}

static void
reclaims_cycles(void *user)
{
    enum { RINGS = 500 };
    (void)user;
    struct reclaims r = reclaims_begin(&(struct mm_config){ .heap_bytes = 0 });
    mm_collect(r.m);
    uint64_t before = reclaims_live(&r), built = 0;
    for (uint32_t i = 1; i <= RINGS; i++) {
        reclaims_ring(r.m, i);
        built += i * sizeof(struct ring);
    }
    mm_collect(r.m);
    if (MM_MANAGER.leaks_cycles)
        mm_assert(reclaims_live(&r) >= before + built);
    else
        reclaims_expect(&r, before, built, "cycles");
    reclaims_end(&r);
}

/* -- scopes, and work done over and over -- */

static __attribute__((noinline)) void
reclaims_scoped(struct mm_mutator *m)
{
    MM_LOCALS(m, outer, inner);
    struct mm_scope scope = mm_scope_begin(m);
    for (size_t i = 0; i < 10 * NODES; i++)
        chain_push(m, &locals->outer, reclaims_node_bytes(1, i));
    struct mm_scope nested = mm_scope_begin(m);
    for (size_t i = 0; i < 10 * NODES; i++)
        chain_push(m, &locals->inner, reclaims_node_bytes(2, i));
    mm_assert(chain_verify(&locals->inner) == 10 * NODES);
    chain_drop(m, &locals->inner);
    mm_scope_end(m, nested);
    mm_assert(chain_verify(&locals->outer) == 10 * NODES);
    chain_drop(m, &locals->outer);
    mm_scope_end(m, scope);
}

static uint64_t
reclaims_scoped_bytes(void)
{
    uint64_t built = 0;
    for (size_t i = 0; i < 10 * NODES; i++)
        built += chain_bytes(reclaims_node_bytes(1, i)) + chain_bytes(reclaims_node_bytes(2, i));
    return built;
}

static void
reclaims_scopes(void *user)
{
    (void)user;
    struct reclaims r = reclaims_begin(&(struct mm_config){ .heap_bytes = 0 });
    for (int round = 0; round < 3; round++) {
        mm_collect(r.m);
        uint64_t before = reclaims_live(&r);
        reclaims_scoped(r.m);
        mm_collect(r.m);
        reclaims_expect(&r, before, reclaims_scoped_bytes(), "scopes");
    }
    reclaims_end(&r);
}

static void
reclaims_again(void *user)
{
    (void)user;
    size_t limit = 2 * (size_t)reclaims_scoped_bytes() + (2 << 20);
    struct reclaims r = reclaims_begin(&(struct mm_config){ .heap_bytes = limit });
    struct mm_stats stats;
    for (int round = 0; round < 10; round++)
        reclaims_scoped(r.m);
    mm_stats(r.heap, &stats);
    if (MM_MANAGER.obeys_limit && stats.peak_held_bytes != MM_UNKNOWN)
        mm_assert(stats.peak_held_bytes <= limit);
    reclaims_end(&r);
}

/* -- a few objects that keep much memory from being given back -- */

enum { CRUMBS = 20000, CRUMB_BYTES = 1000, KEPT_EVERY = 16, LATER_BYTES = 2500, LARGE_LATER = 500 };

struct crumb {
    uint64_t bytes;
};
MM_TYPE(CRUMB, struct crumb, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(ROW, struct crumb, .tail = MM_TAIL_REFS, .acyclic = true);

static void
reclaims_fill(const struct reclaims *r, size_t i, uint64_t bytes)
{
    mm_owned owned = mm_new_array(r->m, &CRUMB, bytes);
    struct crumb *crumb = mm_peek(owned);
    crumb->bytes = bytes;
    void *row = mm_get(reclaims_chains[0]);
    mm_store_new(r->m, row, mm_items(&ROW, row) + i, owned);
}

static void
reclaims_empty(const struct reclaims *r, size_t i)
{
    void *row = mm_get(reclaims_chains[0]);
    struct crumb *crumb = mm_get(mm_items(&ROW, row)[i]);
    mm_free_array(r->m, &CRUMB, crumb, crumb->bytes);
    mm_store(r->m, row, mm_items(&ROW, row) + i, NULL);
}

/* Without a limit nothing is exhausted as long as the system gives memory.  Here little is live,
 * but holds 20 MB in pieces that are too small for what comes: a heap that goes by what is live
 * alone would find no room in them, and nothing to give back for it. */
static void
reclaims_scattered(void *user)
{
    (void)user;
    struct reclaims r = reclaims_begin(&(struct mm_config){ .heap_bytes = 0 });
    mm_take(r.m, &reclaims_chains[0], mm_new_array(r.m, &ROW, CRUMBS));
    for (size_t i = 0; i < CRUMBS; i++)
        reclaims_fill(&r, i, CRUMB_BYTES);
    for (size_t i = 0; i < CRUMBS; i++)
        if (i % KEPT_EVERY)
            reclaims_empty(&r, i);
    mm_collect(r.m);
    for (size_t i = 0; i < CRUMBS; i++)
        if (i % KEPT_EVERY)
            reclaims_fill(&r, i, i % LARGE_LATER ? LATER_BYTES : LARGE_BYTES);
    for (size_t i = 0; i < CRUMBS; i++)
        reclaims_empty(&r, i);
    mm_free_array(r.m, &ROW, mm_get(reclaims_chains[0]), CRUMBS);
    mm_set(r.m, &reclaims_chains[0], NULL);
    reclaims_end(&r);
}

/* The opposite, of managers that say of themselves that they never reclaim outside scopes. */
static void
reclaims_never(void *user)
{
    (void)user;
    struct reclaims r = reclaims_begin(&(struct mm_config){ .heap_bytes = 0 });
    struct mm_stats before, after;
    uint64_t built = reclaims_build(&r);
    reclaims_drop(&r);
    mm_stats(r.heap, &before);
    mm_assert(before.held_bytes >= built);
    mm_collect(r.m);
    mm_stats(r.heap, &after);
    mm_assert(after.held_bytes >= built);
    reclaims_end(&r);
}

int
main(void)
{
    struct {
        const char *name;
        void (*body)(void *user);
        bool applies;
    } cases[] = {
        { "dropped", reclaims_dropped, test_reclaims() },
        { "cycles", reclaims_cycles, test_reclaims() },
        { "scopes", reclaims_scopes, test_reclaims() || MM_TRAITS.scopes },
        { "again", reclaims_again, true },
        { "scattered", reclaims_scattered, true },
        { "never", reclaims_never, !test_reclaims() },
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = cases[i].applies ? test_child(cases[i].body, NULL) : 0;
        if (status)
            printf("reclaims %s %s: status %d\n", MM_MANAGER.name, cases[i].name, status);
        failed |= status;
    }
    return failed != 0;
}
