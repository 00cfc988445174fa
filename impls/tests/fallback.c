/* fallback.c -- proves of a collector that marks beside the program what it says when it is late.
 * A mutator that finds no room until a cycle has ended tells that as one pause, as long as all of
 * its waiting (counted by the harness's recorder), and with a limit as the goal nothing was past
 * the goal; with a growth, what was past it is bounded.  And what a mutator marks at once is
 * capped: with a slice of a microsecond no assist and no slice takes more steps than fit one,
 * however long the machine took for them.
 *
 * Live is a list that fills most of the limit; to mark it takes some milliseconds, for which there
 * is no room. */
#include "chain.h"
#include "recorder.h"

#include <stdio.h>

enum {
    LIMIT_BYTES = 24 << 20,
    KEPT_BYTES = LIMIT_BYTES / 4 * 3,
    PAYLOAD_BYTES = 8,
    BRIEF_NODES = 1000,
    GROWTH_NODES = 400000,
    CAPPED_MIN = 10, /* assists or slices seen */
    /* A step takes more than a nanosecond; the clock is looked at every 256. */
    CAPPED_STEPS = 1000 + 4 * 256,
    PAST_SHARE = 8 /* of what is held: the goal is stretched by a tenth, once a cycle */
};

struct fallback {
    struct mm_heap *heap;
    struct mm_mutator *m;
    struct recorder *recorder;
    uint64_t fallbacks, longest_ns, past_bytes;
    uint64_t capped, steps; /* assists and slices, and the most steps of one */
};

/* The collector's own thread emits too, but none of these. */
static void
fallback_event(void *user, const struct mm_event *event)
{
    struct fallback *fallback = user;
    uint64_t ns = event->end_ns - event->begin_ns;
    recorder_event(fallback->recorder, event);
    if (event->mutator == MM_NO_MUTATOR)
        return;
    if (event->kind == MM_EVENT_FALLBACK) {
        fallback->fallbacks++;
        fallback->longest_ns = ns > fallback->longest_ns ? ns : fallback->longest_ns;
        if (event->bytes > fallback->past_bytes)
            fallback->past_bytes = event->bytes;
    } else if (event->kind == MM_EVENT_ASSIST || event->kind == MM_EVENT_MARK_SLICE) {
        fallback->capped++;
        fallback->steps = event->bytes > fallback->steps ? event->bytes : fallback->steps;
    }
}

static struct mm_stats
fallback_stats(const struct fallback *fallback)
{
    struct mm_stats stats;
    mm_stats(fallback->heap, &stats);
    return stats;
}

static void
fallback_begin(struct fallback *fallback, const struct mm_config *what)
{
    struct mm_config config = *what;
    *fallback = (struct fallback){ .recorder = recorder_create(1, false) };
    mm_assert(fallback->recorder);
    config.event = fallback_event;
    config.user = fallback;
    recorder_phase(fallback->recorder, RECORDER_TIMED);
    fallback->heap = mm_heap_create(&config);
    fallback->m = mm_attach(fallback->heap);
}

static void
fallback_end(struct fallback *fallback)
{
    mm_detach(fallback->m);
    recorder_phase(fallback->recorder, RECORDER_TEARDOWN);
    mm_heap_destroy(fallback->heap);
    printf("fallback %s: %llu, the longest %.2f ms, the longest pause %.2f ms; past the goal "
           "%llu bytes; %llu slices of at most %llu steps\n",
           MM_MANAGER.name, (unsigned long long)fallback->fallbacks,
           (double)fallback->longest_ns / 1e6,
           (double)recorder_pauses(fallback->recorder)->max / 1e6,
           (unsigned long long)fallback->past_bytes, (unsigned long long)fallback->capped,
           (unsigned long long)fallback->steps);
}

static __attribute__((noinline)) void
fallback_fill(const struct fallback *fallback, mm_ref *kept)
{
    while (fallback_stats(fallback).live_bytes < KEPT_BYTES)
        for (uint32_t i = 0; i < BRIEF_NODES; i++)
            chain_push(fallback->m, kept, PAYLOAD_BYTES);
}

static __attribute__((noinline)) void
fallback_brief(const struct fallback *fallback, uint32_t bytes)
{
    struct mm_mutator *m = fallback->m;
    MM_LOCALS(m, brief);
    for (uint32_t i = 0; i < (bytes > PAYLOAD_BYTES ? 1 : BRIEF_NODES); i++)
        chain_push(m, &locals->brief, bytes);
    chain_drop(m, &locals->brief);
}

/* A large object for which there is room only where the one before it was. */
static void
fallback_is_one_pause(void *user)
{
    struct fallback fallback;
    const unsigned *cores = user;
    fallback_begin(&fallback, &(struct mm_config){ .heap_bytes = LIMIT_BYTES, .cores = *cores });
    struct mm_mutator *m = fallback.m;
    {
        MM_LOCALS(m, kept);
        fallback_fill(&fallback, &locals->kept);
        while (!fallback.fallbacks)
            fallback_brief(&fallback, (LIMIT_BYTES - KEPT_BYTES) / 2);
        chain_drop(m, &locals->kept);
    }
    fallback_end(&fallback);
    const struct histogram *pauses = recorder_pauses(fallback.recorder);
    mm_assert(recorder_count(fallback.recorder, MM_EVENT_FALLBACK) == fallback.fallbacks);
    mm_assert(recorder_lost_pauses(fallback.recorder) == 0);
    mm_assert(pauses->max >= fallback.longest_ns);
    mm_assert(fallback.past_bytes == 0);
}

static void
fallback_slices_are_capped(void *user)
{
    struct fallback fallback;
    (void)user;
    struct mm_config config = { .heap_bytes = LIMIT_BYTES, .cores = 1, .slice_us = 1 };
    fallback_begin(&fallback, &config);
    struct mm_mutator *m = fallback.m;
    {
        MM_LOCALS(m, kept);
        fallback_fill(&fallback, &locals->kept);
        while (fallback.capped < CAPPED_MIN)
            fallback_brief(&fallback, PAYLOAD_BYTES);
        chain_drop(m, &locals->kept);
    }
    fallback_end(&fallback);
    mm_assert(fallback.steps <= CAPPED_STEPS);
    mm_assert(fallback.past_bytes == 0);
}

/* All that is made lives, so each cycle is short of room. */
static void
fallback_past_is_bounded(void *user)
{
    struct fallback fallback;
    const unsigned *cores = user;
    fallback_begin(&fallback, &(struct mm_config){ .growth_percent = 20, .cores = *cores });
    struct mm_mutator *m = fallback.m;
    {
        MM_LOCALS(m, kept);
        for (uint32_t i = 0; i < GROWTH_NODES; i++)
            chain_push(m, &locals->kept, PAYLOAD_BYTES);
        mm_assert(chain_verify(&locals->kept) == GROWTH_NODES);
        chain_drop(m, &locals->kept);
    }
    uint64_t peak = fallback_stats(&fallback).peak_held_bytes;
    fallback_end(&fallback);
    mm_assert(fallback.past_bytes <= peak / PAST_SHARE);
}

int
main(void)
{
    int failed = test_child(fallback_slices_are_capped, NULL);
    /* With a core of its own for the thread, mutators may look on instead of marking. */
    for (unsigned cores = 1; cores <= 2; cores++) {
        failed |= test_child(fallback_is_one_pause, &cores);
        failed |= test_child(fallback_past_is_bounded, &cores);
    }
    if (failed)
        printf("fallback %s: status %d\n", MM_MANAGER.name, failed);
    return failed;
}
