/* summary.h -- the estimates of a run, computed from its records; results/README.md explains the
 * fields. */
#ifndef DRIVER_SUMMARY_H
#define DRIVER_SUMMARY_H

#include <jansson.h>

#include "record.h"

#define SUMMARY_SCHEMA "heapstakes/summary/1"

/* The processes of one cell that were measured in rounds, one a round, in the order of the rounds.
 * Of a race that repeats disturbed ones, they are the undisturbed ones if enough rounds have one:
 * all, or half and as many as an interval needs.  Else they are each round's first, as if none had
 * been repeated: taking an undisturbed one where there is one, and any other elsewhere, would mix
 * two populations. */
struct summary_cell {
    const struct record *first; /* who it is; measured or not */
    const struct record **measured;
    size_t count;
    const char *choice;          /* "undisturbed", "disturbed", or NULL: nothing was repeated */
    const struct record *failed; /* why it stopped, or NULL */
};

struct summary_cells {
    struct summary_cell *cells;
    size_t count;
};

/* What the folder of a run holds; alive until memory_release. */
struct summary_source {
    const char *run;
    struct record_list records;
    const json_t *plan, *machine;
};

/* Reads a folder.  False: an error was said. */
bool summary_read(const char *folder, struct summary_source *source);

/* The cells of a run in the order of its plan. */
struct summary_cells summary_group(const struct record_list *records, const json_t *plan);

/* The summary of a run, alive until memory_release.  `plan` and `machine` are what its folder
 * holds. */
json_t *summary_make(const char *run, const struct record_list *records, const json_t *plan,
                     const json_t *machine);

/* The summary of a folder, computed anew, or of a summary.json.  NULL: an error was said. */
json_t *summary_load(const char *path);

/* Puts who a cell is into an object: workload, variant, manager, threads, cores, size,
 * heap_factor. */
void summary_name(json_t *object, const struct record *record);

#endif
