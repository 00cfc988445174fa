/* workload.h -- what a workload tells the harness, and what it is told.
 *
 * A workload is one file in benches/ that defines WORKLOAD and allocates through mm.h only: no
 * malloc, no clock, no input or output inside a batch.  It is compiled once per manager.  It
 * cannot fail, only be wrong: its checksum must be the same under every manager.
 *
 * The harness calls, in this order: plan; prepare; then with a heap: setup, on the main thread;
 * batch 0, which is recorded as cold, then batches 1 to `batches`, which are timed, on every
 * thread; teardown, on the main thread.  A workload that serves has serve instead of batch. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mm_mutator;
struct mm_heap;

enum workload_size { WORKLOAD_SMOKE, WORKLOAD_NORMAL, WORKLOAD_LARGE, WORKLOAD_SIZES };

struct workload_barrier; /* the harness's; see workload_meet in workload_tools.h */

/* What a run is: the same for all its threads. */
struct workload_run {
    enum workload_size size;
    unsigned variant; /* index into WORKLOAD.variants */
    unsigned threads;
    uint64_t seed;
    struct mm_heap *heap; /* from setup on; for mm_stats */
    void (*meet)(struct workload_barrier *barrier);
    struct workload_barrier *barrier;
};

/* What a run will do.  Operation counts hold for all threads together, and must not depend on
 * the manager. */
struct workload_plan {
    uint64_t batches;         /* timed; without the cold one */
    uint64_t operations;      /* of one batch, or of one request */
    uint64_t cold_operations; /* of batch 0, if it does not do as many as the others; else 0 */
    uint64_t peak_live_bytes; /* the most payload alive at once, whole run; `checked` verifies it:
                               * at least what it saw, and at most 5 % more */
    uint64_t requests;        /* serve: how many, after a tenth as many for warming up; else 0 */
};

/* For on_request: all variants, or the workload itself if it has none. */
#define WORKLOAD_EVERY_VARIANT UINT32_MAX

struct workload {
    const char *name;
    const char *summary;         /* its lifetimes, in one line without full stop */
    const char *operation;       /* what an operation is: "a node" */
    const char *const *variants; /* NULL-terminated; NULL: there are none */
    unsigned threads_default;    /* threads it is raced with; 1 for most */
    unsigned threads_max;
    uint32_t on_request; /* bit i: variant i is raced only if --filter names it */
    /* What a manager must be for it to be raced here, NULL-terminated: its traits and facts by the
     * names that --describe gives them, "collects", "frees".  NULL: all are. */
    const char *const *needs;
    bool fixed_live; /* live size does not follow "normal at least 16 MB" by nature */

    void (*plan)(const struct workload_run *run, struct workload_plan *plan);

    /* Reads input data from outside, before there is a heap.  NULL, or why it cannot run here:
     * the name of the missing package.  May be NULL itself. */
    const char *(*prepare)(const struct workload_run *run);

    /* Facts on the input data for the record: version and hash, as text.  May be NULL. */
    const char *(*input)(void);

    void (*setup)(struct mm_mutator *m, const struct workload_run *run);

    /* One batch on one thread (0 .. threads-1).  The result depends on the contents of what it
     * visited; results are added up over batches and threads, modulo 2^64. */
    uint64_t (*batch)(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                      uint64_t batch);

    /* One request; stamped and paced by the harness.  Results are added up. */
    uint64_t (*serve)(struct mm_mutator *m, const struct workload_run *run, uint64_t request);

    /* The last part of the checksum, from what still lives; then drops it all: places null, and
     * freed if MM_FREES. */
    uint64_t (*teardown)(struct mm_mutator *m, const struct workload_run *run);
};

extern const struct workload WORKLOAD;

#endif
