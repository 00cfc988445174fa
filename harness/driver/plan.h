/* plan.h -- what a race consists of: its cells, what cannot run and why, and the order of each
 * round. */
#ifndef DRIVER_PLAN_H
#define DRIVER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cells.h"
#include "options.h"

enum { PLAN_NONE = -1 };

/* All cells of one contest: whatever does the same work. */
struct plan_race {
    const struct cells_workload *workload;
    const char *variant; /* "" if there is none */
    unsigned threads;
    unsigned cores; /* that a process is bound to */
    const char *cpus;
    /* Learnt before the rounds. */
    const char *checksum; /* NULL: not known yet */
    const char *checksum_from;
    double timed_objects, timed_bytes; /* of the timed part; negative: unknown */
    double peak_bytes;                 /* of live payload; negative: unknown */
    const char *counts_missing;        /* why they are unknown */
    double rate;                       /* requests per second; 0: not paced */
};

struct plan_cell {
    size_t race; /* index */
    const struct cells_manager *manager;
    double heap_factor;  /* 0: no limit */
    const char *skipped; /* why it runs no more, or NULL */
};

struct plan_missing {
    const char *workload, *variant, *manager, *reason;
};

struct plan {
    const struct cells *cells;
    const struct options *options;
    uint64_t seed, order_seed;
    struct plan_race *races;
    size_t race_count;
    struct plan_cell *members;
    size_t member_count;
    struct plan_missing *missing;
    size_t missing_count;
};

/* Whether a manager is to be raced, if it can. */
bool plan_wants_manager(const struct options *options, const struct cells_manager *manager);

/* One process of a round. */
struct plan_step {
    size_t member;
    bool is_twin; /* the same without recording, to see what recording costs */
};

/* Chooses the cells.  False: an error was said, with this exit status. */
bool plan_make(struct plan *plan, const struct cells *cells, const struct options *options,
               int *status);

/* The processes of a round, in order: every cell once, and for each race that emits events a
 * twin of one of its cells.  A function of the plan's seed and the round alone. */
size_t plan_round(const struct plan *plan, unsigned round, struct plan_step **steps);

/* "binary_trees", "format_loop/bad" */
const char *plan_race_name(const struct plan_race *race);

/* Seconds after which a cell of this plan is killed. */
double plan_time_limit(const struct plan *plan);

#endif
