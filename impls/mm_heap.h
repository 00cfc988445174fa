/* mm_heap.h -- the slow half of the contract: ordinary functions, one definition
 * of each per manager, chosen at link time.
 *
 * The harness sees only this half, so it is compiled once for all managers.  The
 * fast half, which workloads see, is mm.h. */
#ifndef MM_HEAP_H
#define MM_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parts/compiler.h"

struct mm_heap;    /* all the managed memory of a process; there is one */
struct mm_mutator; /* one thread's hold on the heap */

/* -- What a manager is ----------------------------------------------------- */

enum { MM_ANY_THREADS = 1024 };

/* Facts of a manager that the harness and the charts need; constant. */
struct mm_manager {
    const char *name;             /* its folder */
    const char *summary;          /* one line, no full stop */
    const char *(*version)(void); /* "glibc 2.36"; NULL: built with the project */
    unsigned max_threads;         /* mutators at once: 1 or MM_ANY_THREADS */
    bool obeys_limit;             /* heap_bytes bounds what it holds */
    bool emits_events;            /* its slow paths emit mm_events */
    bool collects;                /* reclaims in cycles: too few of them in a run are remarked */
    bool tells_stops;  /* each time that it stops the world emits MM_EVENT_TIME_TO_STOP */
    bool leaks_cycles; /* never reclaims dead objects that refer to each other in circles */
};
extern const struct mm_manager MM_MANAGER;

/* The traits that its mm_impl.h chose, for the harness; made by conformance.c. */
struct mm_traits {
    bool frees, roots, barrier, scopes, moves;
};
extern const struct mm_traits MM_TRAITS;

/* -- Events ----------------------------------------------------------------- */

/* What a slow path did.  Kinds up to MM_EVENT_FALLBACK hold up the thread that
 * emits them while they last, unless that thread is a collector's own. */
enum mm_event_kind {
    MM_EVENT_STOP,         /* every mutator stood still */
    MM_EVENT_MARK_SLICE,   /* one mutator marked for a while */
    MM_EVENT_SWEEP_SLICE,  /* one mutator swept for a while */
    MM_EVENT_ASSIST,       /* one mutator marked or waited, for a collector's thread to get ahead */
    MM_EVENT_CASCADE,      /* a count reached zero, and others after it */
    MM_EVENT_CYCLES,       /* reference counting looked for dead cycles */
    MM_EVENT_RESET,        /* a scope ended */
    MM_EVENT_PAGE_REQUEST, /* memory came from the system */
    MM_EVENT_PAGE_RETURN,  /* memory went back to the system */
    /* An incremental collector fell behind, and a mutator without room waited until the cycle
     * ended. bytes: held beyond the goal when that began; 0 where the limit is the goal. */
    MM_EVENT_FALLBACK,
    /* From when the mutators were asked to stand still until all of them did.  Tells only: those
     * that wait meanwhile have their STOP, the others run.  The mutator is the one that asked. */
    MM_EVENT_TIME_TO_STOP,
    MM_EVENT_KINDS
};

struct mm_event {
    enum mm_event_kind kind;
    uint32_t mutator;          /* ordinal of the mutator held up; MM_NO_MUTATOR: none */
    uint64_t begin_ns, end_ns; /* CLOCK_MONOTONIC */
    uint64_t bytes;            /* marked, swept, freed, requested or returned */
};
#define MM_NO_MUTATOR UINT32_MAX

/* -- The heap --------------------------------------------------------------- */

/* What a heap is made with.  All zero is a good default. */
struct mm_config {
    size_t heap_bytes; /* limit on all that the manager holds; 0: none */
    /* Collect when the live size has grown by this, or the limit is near, whichever comes first: as
     * GOGC beside GOMEMLIMIT.  0: with a limit, that alone counts; without one, 100. */
    unsigned growth_percent;
    unsigned slice_us; /* incremental managers: the longest slice; 0: 150 */
    unsigned cores;    /* cores that the process is bound to; 0: 1 */
    bool huge_pages;   /* ask for transparent huge pages */
    bool populate;     /* touch the heap before it is used, where that makes sense */
    /* For tests. */
    bool collect_always;   /* collect at every allocation */
    uint64_t fail_request; /* the n-th request for memory, counted from 1, fails; 0: none */
    unsigned check_every;  /* `checked`: check at every n-th allocation; 0: only count */
    uint64_t seed;         /* of whatever a test wants random */
    /* Called from slow paths, on the thread that was held up, after the fact; NULL: nothing is
     * recorded and no clock is read.  Must not call back into the manager. */
    void (*event)(void *user, const struct mm_event *event);
    /* Called on the same thread when something begins that may become an event, with the time then;
     * gives the time again, which is a later one if the call itself took long.  May be NULL. */
    uint64_t (*event_begins)(void *user, uint64_t now_ns);
    void *user;
};

#define MM_UNKNOWN UINT64_MAX

/* Any of these may be MM_UNKNOWN: a number that a manager cannot give is not zero. */
struct mm_stats {
    uint64_t held_bytes;      /* from the system now: mapped to be used, tables included */
    uint64_t peak_held_bytes; /* the most ever */
    uint64_t live_bytes;      /* in cells that are not free, as far as it knows now */
    uint64_t owed_bytes;      /* work put off: unswept blocks, pending frees */
    uint64_t collections;     /* finished cycles */
    bool marking;             /* a cycle has begun, and goes on beside the program */
    /* Only `checked` gives these; payload, without headers. */
    uint64_t new_objects, new_bytes;            /* made since the heap was created */
    uint64_t payload_bytes, peak_payload_bytes; /* made and not yet stated dead */
};

/* What a manager that is not the referee says of the last four, in an initialiser. */
#define MM_STATS_NOT_COUNTED                                                         \
    .new_objects = MM_UNKNOWN, .new_bytes = MM_UNKNOWN, .payload_bytes = MM_UNKNOWN, \
    .peak_payload_bytes = MM_UNKNOWN

/* Makes the heap of this process.  A limit too small to start ends in mm_exhausted. */
struct mm_heap *mm_heap_create(const struct mm_config *config);

/* All mutators must have been detached.  Gives everything back to the system. */
void mm_heap_destroy(struct mm_heap *heap);

/* Makes the calling thread a mutator, until mm_detach on the same thread.  Between them the
 * thread must come by a call that may collect, or be parked, else the others wait for it. */
struct mm_mutator *mm_attach(struct mm_heap *heap);
void mm_detach(struct mm_mutator *m);

/* Reclaims all that this manager can reclaim now.  May collect, and sees every root. */
void mm_collect(struct mm_mutator *m);

/* Reads the books.  No mutator may run meanwhile; may walk the heap. */
void mm_stats(struct mm_heap *heap, struct mm_stats *out);

/* Whether `obj` is memory that this manager handed out.  No other mutator may run meanwhile. */
bool mm_owns(const struct mm_heap *heap, const void *obj);

/* Asserts the manager's numbered invariants (its page lists them).  No mutator may run
 * meanwhile.  Managers that are not ours have none. */
void mm_verify(struct mm_heap *heap);

/* mm_park and mm_unpark of mm.h as ordinary functions; made by conformance.c. */
void mm_heap_park(struct mm_mutator *m);
void mm_heap_unpark(struct mm_mutator *m);

/* The harness defines this: out of memory is a result, not an error.  `bytes` is what was
 * asked for; `limit` the limit that stood in the way, 0 if it was the system. */
MM_NORETURN void mm_exhausted(size_t bytes, size_t limit);

#endif
