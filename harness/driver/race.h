/* race.h -- a race under way: its folder, what was recorded, and how far it is. */
#ifndef DRIVER_RACE_H
#define DRIVER_RACE_H

#include <stdbool.h>
#include <stddef.h>

#include "plan.h"
#include "record.h"

struct race {
    struct plan plan;
    const char *folder; /* results/<run> */
    const char *run;    /* the folder's own name */
    const char *records_path;
    int file; /* runs.jsonl; -1: not open */
    struct record_list done;
    size_t replayed;     /* of these, from an earlier session */
    double begin_s;      /* progress_clock when the command started */
    unsigned rounds;     /* complete ones */
    bool is_interrupted; /* the user asked to stop */
    bool is_broken;      /* results can be written no more; an error was said */
};

/* Keeps a record on disk and in memory.  False: the race must stop. */
bool race_keep(struct race *race, const struct record *record);

/* What the records of an earlier session say of the plan: counts, rates, cells that run no more.
 * Records must belong to this plan. */
void race_replay(struct race *race);

/* The passes before the rounds: what the referee counts, and the rates.  Both skip what is
 * recorded already.  False: the race must stop. */
bool race_count(struct race *race);
bool race_pilot(struct race *race);

/* The rounds.  False: the race stopped before the plan's end; races that end by their time budget
 * end well. */
bool race_rounds(struct race *race);

/* The race that a record belongs to, or NULL. */
struct plan_race *race_of(const struct race *race, const struct record *record);

#endif
