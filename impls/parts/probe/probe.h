/* probe.h -- times every call of mm.h, and keeps the slow ones: the build that is never raced.
 *
 * mm_watch.h of this folder puts a stamp before and behind each call; the harness keeps what took
 * PROBE_STALL_NS or longer, with the call, its place in the source, and its ordinal among all calls
 * of the thread, so that a stall can be found again in another run with the same seed.
 *
 * Not seen: leaving the block of an MM_LOCALS, which has no call to wrap. */
#ifndef PARTS_PROBE_H
#define PARTS_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "parts/compiler.h"

enum {
    PROBE_STALL_NS = 10000,
    PROBE_LOOK_NS = 200000 /* how often the kernel is asked whether it took the processor away */
};

/* One thread's: calls so far, and when it last looked whether it had lost the processor. */
struct probe_thread {
    uint64_t calls;
    uint64_t looked_ns;
};
extern _Thread_local struct probe_thread probe_thread;

/* A call that took long.  `bytes` is what the caller asked to be made or copied: work that no
 * manager can spare it. */
struct probe_stall {
    const char *call, *place;
    uint64_t begin_ns, end_ns;
    size_t bytes;
};

/* The harness defines these.  Nanoseconds of CLOCK_MONOTONIC; keep a stall; look whether the kernel
 * took the processor away since the last look. */
uint64_t probe_clock(void);
void probe_keep(const struct probe_stall *stall);
void probe_look(uint64_t now);

MM_INLINE uint64_t
probe_begin(void)
{
    uint64_t now = probe_clock();
    probe_thread.calls++;
    if (now - probe_thread.looked_ns > PROBE_LOOK_NS) {
        probe_look(now);
        now = probe_clock();
    }
    return now;
}

MM_INLINE void
probe_end(const char *call, const char *place, uint64_t begin, size_t bytes)
{
    uint64_t end = probe_clock();
    if (MM_UNLIKELY(end - begin >= PROBE_STALL_NS))
        probe_keep(&(struct probe_stall){ call, place, begin, end, bytes });
}

#endif
