/* cells.h -- what was built: managers and workloads, from cells.json beside the cells, and what
 * the cells say of themselves. */
#ifndef DRIVER_CELLS_H
#define DRIVER_CELLS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum cells_role {
    CELLS_CONTESTANT,
    CELLS_ON_REQUEST, /* raced only if --managers names it */
    CELLS_REFEREE,
    CELLS_OUTSIDE, /* programs of its own, in another language, that speak as cells do */
    CELLS_MISSING
};

struct cells_manager {
    const char *name;
    enum cells_role role;
    const char *package; /* to install, if the role is CELLS_MISSING */
    bool is_outside;     /* it has programs for these workloads only: */
    const char **workloads;
    size_t workload_count;
    const char *unavailable; /* why no cell of it can say what it is; NULL: the rest is known */
    const char *summary;
    const char *version; /* NULL: built with the project */
    unsigned max_threads;
    bool obeys_limit, emits_events, collects;
    const json_t *facts; /* all that it says of itself; NULL: not known */
};

struct cells_workload {
    const char *name;
    const char *unavailable; /* why it cannot run here; NULL: it can */
    const char *summary;
    const char *operation;
    const char **variants; /* variant_count words; one empty word if there are none */
    size_t variant_count;
    const char **on_request; /* those of them that are raced only if --filter names them */
    size_t on_request_count;
    const char **needs; /* what a manager must be to be raced on it */
    size_t need_count;
    unsigned threads_default, threads_max;
    bool serves;
    const char *input; /* facts on the data it reads; NULL: none */
};

struct cells {
    const char *folder; /* of the cells, without a slash at its end */
    const char *version, *compiler, *flags, *build_type, *sanitize, *source;
    struct cells_manager *managers; /* in the order of registration */
    size_t manager_count;
    struct cells_workload *workloads;
    size_t workload_count;
};

/* Reads cells.json from the folder of this program, or from $HEAPSTAKES_BIN.  False: an error
 * was said. */
bool cells_load(struct cells *cells);

/* Asks one cell per manager and per workload what it is.  False: interrupted. */
bool cells_describe(struct cells *cells);

/* The file of a cell, and whether it can be run. */
const char *cells_path(const struct cells *cells, const char *workload, const char *manager);
bool cells_is_built(const struct cells *cells, const char *workload, const char *manager);

/* Whether a manager takes part in a workload at all: who is outside has programs for some. */
bool cells_takes_part(const struct cells_manager *manager, const char *workload);

/* What the workload needs and the manager is not: one of the needs, or NULL. */
const char *cells_lack(const struct cells_workload *workload, const struct cells_manager *manager);

/* NULL: there is none of this name. */
const struct cells_manager *cells_find_manager(const struct cells *cells, const char *name);
const struct cells_workload *cells_find_workload(const struct cells *cells, const char *name);

/* Whether a variant is raced only if --filter names it. */
bool cells_is_on_request(const struct cells_workload *workload, const char *variant);

/* The manager that checks and counts; NULL: none was built. */
const struct cells_manager *cells_referee(const struct cells *cells);

#endif
