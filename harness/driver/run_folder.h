/* run_folder.h -- the folder of a run: making it, and the plan that a later session goes on with.
 */
#ifndef DRIVER_RUN_FOLDER_H
#define DRIVER_RUN_FOLDER_H

#include "race.h"

/* Makes the folder of a new run, which must not hold anything, and opens its records.  Sets
 * folder, run, records_path and file.  False: an error was said. */
bool run_folder_make(struct race *race, const char *wanted);

/* Writes plan.json. */
bool run_folder_write_plan(const struct race *race);

/* Opens the folder of an earlier session: sets the same, and the options that it ran with. */
bool run_folder_open(struct race *race, struct options *options, const char *folder, json_t **plan);

/* Whether the plan made now is the one that was written; if not, an error was said. */
bool run_folder_fits(const struct race *race, const json_t *plan);

/* Opens runs.jsonl to go on with it, after its records were read. */
bool run_folder_go_on(struct race *race);

#endif
