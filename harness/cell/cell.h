/* cell.h -- one run of one workload under one manager, in this process. */
#ifndef CELL_H
#define CELL_H

#include "crew.h"
#include "gbench.h"
#include "histogram.h"
#include "metric.h"
#include "options.h"
#include "recorder.h"
#include "workload.h"

#include <pthread.h>

/* The harness's half of workload_meet. */
struct workload_barrier {
    pthread_barrier_t barrier;
};

struct cell {
    struct cell_options options;
    struct workload_run run;
    struct workload_plan plan;
    struct workload_barrier barrier;
    struct mm_config config;
    const char *binding;       /* "bound", or why not */
    const char *huge_pages;    /* "on", "off", or why neither */
    const char *peak_failed;   /* why VmHWM could not be reset, or NULL */
    struct recorder *recorder; /* NULL: nothing is recorded */
    unsigned threads; /* of the process, a manager's own too, at the end of the timed part */
    struct mm_heap *heap;
    struct mm_mutator *m; /* the main thread's */
    struct crew *crew;
    struct gbench_state *state;
    struct histogram *latencies; /* of the open loop; NULL: it is not run */
    uint64_t checksum;
    struct metric_sample sample;
};

/* Fills run and plan for a size and a variant. */
void cell_plan(struct cell *cell, enum workload_size size, unsigned variant, unsigned threads);

/* Operations of the timed part, all threads together. */
uint64_t cell_operations(const struct workload_plan *plan);

/* Checks the options against workload and manager; what does not fit ends the process. */
void cell_choose(struct cell *cell);

/* Requests before the measured ones. */
uint64_t serve_warm_up_requests(const struct workload_plan *plan);

/* The cold and the timed part of a workload that serves; they fill the sample. */
void serve_cold(struct cell *cell);
void serve_timed(struct cell *cell);

/* Prints what --describe or --plans asks for. */
void cell_describe(struct cell *cell);

/* From the heap's making to its end: the function that Google Benchmark calls. */
void cell_run(struct gbench_state *state, void *user);

/* Gives Google Benchmark the counters and the label. */
void cell_report(struct cell *cell);

#endif
