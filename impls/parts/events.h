/* events.h -- how a slow path tells what it did: stamped only if somebody listens. */
#ifndef PARTS_EVENTS_H
#define PARTS_EVENTS_H

#include "mm_heap.h"

struct events {
    void (*listener)(void *user, const struct mm_event *event);
    uint64_t (*begins)(void *user, uint64_t now_ns);
    void *user;
};

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t events_clock(void);

MM_INLINE void
events_init(struct events *events, const struct mm_config *config)
{
    events->listener = config->event;
    events->begins = config->event_begins;
    events->user = config->user;
}

/* The time now, told to who listens for begins. */
uint64_t events_now(const struct events *events);

/* The same, or 0 if nobody listens. */
MM_INLINE uint64_t
events_begin(const struct events *events)
{
    return events->listener ? events_now(events) : 0;
}

/* Emits what began at begin_ns and ends now. */
void events_emit(const struct events *events, enum mm_event_kind kind, uint32_t mutator,
                 uint64_t begin_ns, uint64_t bytes);

MM_INLINE void
events_end(const struct events *events, enum mm_event_kind kind, uint32_t mutator,
           uint64_t begin_ns, uint64_t bytes)
{
    if (events->listener)
        events_emit(events, kind, mutator, begin_ns, bytes);
}

#endif
