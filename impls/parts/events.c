/* events.c -- see events.h. */
#define _POSIX_C_SOURCE 200809L
#include "parts/events.h"

#include <time.h>

uint64_t
events_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t
events_now(const struct events *events)
{
    uint64_t now_ns = events_clock();
    return events->begins ? events->begins(events->user, now_ns) : now_ns;
}

void
events_emit(const struct events *events, enum mm_event_kind kind, uint32_t mutator,
            uint64_t begin_ns, uint64_t bytes)
{
    struct mm_event event = {
        .kind = kind,
        .mutator = mutator,
        .begin_ns = begin_ns,
        .end_ns = events_clock(),
        .bytes = bytes,
    };
    events->listener(events->user, &event);
}
