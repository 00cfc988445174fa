/* metric.h -- what a metric is: a name that stays, a unit, which way is better, and how it is read
 * from what one run of a cell left behind. */
#ifndef METRIC_H
#define METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"
#include "mm_heap.h"

/* A distribution of durations in nanoseconds, or why there is none. */
struct metric_distribution {
    const struct histogram *durations; /* NULL: missing says why */
    const char *missing;
};

/* A share in per cent, or why there is none. */
struct metric_share {
    double percent; /* counts if missing is NULL */
    const char *missing;
};

/* The pauses that the system had no hand in, and those it had, or why they cannot be told apart. */
struct metric_disturbance {
    uint64_t disturbed, undisturbed, undisturbed_max_ns; /* count if missing is NULL */
    const char *missing;
};

/* All that one run of a cell left behind; filled by the cell, read by the metrics.  A count that
 * could not be taken is MM_UNKNOWN. */
struct metric_sample {
    uint64_t operations;      /* of the timed part, all threads */
    uint64_t cold_operations; /* of the cold part */
    uint64_t wall_ns, cpu_ns, cold_ns;
    const char *cpu_missing; /* why processor time says nothing about this run, or NULL */
    uint64_t heap_bytes;     /* the limit; 0: none */
    uint64_t peak_rss_bytes, start_rss_bytes;
    struct mm_stats before, after, end; /* the timed part; `end` is after teardown */
    bool manager_collects;
    struct metric_distribution pauses, stops, stalls, latencies;
    uint64_t fallbacks, longest_stop_ns; /* count if pauses are there; no stop: 0 */
    struct metric_disturbance disturbance;
    struct metric_share utilisation_1ms, utilisation_10ms, utilisation_100ms;
    double achieved_per_s; /* open loop: requests per second; 0: there was none */
    double capacity_per_s; /* closed loop: the same */
    const char *rate_missing, *capacity_missing;
};

enum metric_better { METRIC_LOWER, METRIC_HIGHER, METRIC_NONE };

struct metric {
    const char *name; /* in records and on charts: never changes */
    const char *unit; /* "ns", "bytes", "1/s", "count", "percent" */
    enum metric_better better;
    const char *meaning; /* one line without full stop */

    /* Around the timed part, before and after the clock is read; may be NULL. */
    void (*start)(void);
    void (*stop)(void);

    /* Gives the value and returns NULL, or returns why there is none.  NULL: the value needs more
     * than one cell, and the heapstakes command computes it. */
    const char *(*read)(const struct metric_sample *sample, double *value);
};

/* In the order of list.h. */
extern const struct metric *const METRICS[];
extern const size_t METRICS_COUNT;

/* "lower", "higher" or "none". */
const char *metric_better_name(enum metric_better better);

/* -- What several metrics share: each returns as `read` does. -- */

/* A count, unless it is MM_UNKNOWN; then `missing`. */
const char *metric_count(uint64_t count, const char *missing, double *value);

/* What a count grew by. */
const char *metric_growth(uint64_t before, uint64_t after, const char *missing, double *value);

/* A quantile of a distribution; none of an empty one. */
const char *metric_quantile(const struct metric_distribution *distribution, double quantile,
                            double *value);

const char *metric_share(const struct metric_share *share, double *value);

/* A quantile in the tail: it needs at least `samples` durations to say anything. */
const char *metric_tail(const struct metric_distribution *distribution, double quantile,
                        uint64_t samples, double *value);

#endif
