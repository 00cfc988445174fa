/* summary.h -- the estimates of a run, computed from its records; results/README.md explains the
 * fields. */
#ifndef DRIVER_SUMMARY_H
#define DRIVER_SUMMARY_H

#include <jansson.h>

#include "record.h"

#define SUMMARY_SCHEMA "heapstakes/summary/1"

/* All processes of one cell that were measured in rounds, in the order of the rounds. */
struct summary_cell {
    const struct record *first; /* who it is; measured or not */
    const struct record **measured;
    size_t count;
    const struct record *failed; /* why it stopped, or NULL */
};

struct summary_cells {
    struct summary_cell *cells;
    size_t count;
};

/* The summary of a run, alive until memory_release.  `plan` and `machine` are what its folder
 * holds. */
json_t *summary_make(const char *run, const struct record_list *records, const json_t *plan,
                     const json_t *machine);

/* The summary of a folder, computed anew, or of a summary.json.  NULL: an error was said. */
json_t *summary_load(const char *path);

/* Puts who a cell is into an object: workload, variant, manager, threads, size, heap_factor. */
void summary_name(json_t *object, const struct record *record);

#endif
