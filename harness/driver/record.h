/* record.h -- what one process left behind, and the file runs.jsonl that keeps it: one line of
 * JSON a process.  Nothing else knows the format; results/README.md explains it. */
#ifndef DRIVER_RECORD_H
#define DRIVER_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_SCHEMA "heapstakes/run/1"

enum record_phase {
    RECORD_RACE,
    RECORD_TWIN,  /* a second process of a cell in the same round, without recording */
    RECORD_PILOT, /* closed loop, to find the rate */
    RECORD_COUNT, /* the referee */
    RECORD_PHASES
};

enum record_status {
    RECORD_MEASURED,
    RECORD_EXHAUSTED,
    RECORD_FAILED,
    RECORD_BREACH,
    RECORD_INVALID, /* another checksum than the referee's */
    RECORD_STATUSES
};

struct record {
    enum record_phase phase;
    unsigned round, order; /* counted from 1; 0 before the rounds */
    unsigned attempt;      /* of the cell in this round, from 1: disturbed ones may be repeated */
    const char *workload, *variant, *manager;
    const char *manager_version; /* NULL: built with the project */
    const char *size;
    unsigned threads, cores; /* cores: how many `cpus` names */
    double heap_factor;      /* 0: no limit */
    uint64_t seed;
    const char *cpus;
    double rate; /* 0: not paced */
    bool is_recording;
    enum record_status status;
    int exit_status;          /* -1: a signal ended it */
    const char *reason;       /* of all that is not measured, else NULL */
    double wall_s;            /* of the whole process */
    const char *checksum;     /* NULL: there is none */
    double stated_peak_bytes; /* what the workload plans; not kept in the file */
    /* Objects, or NULL: name to number, name to reason, list of marks, name to histogram. */
    const json_t *metrics, *missing, *marks, *histograms;
};

struct record_list {
    struct record *records;
    size_t count;
};

const char *record_status_name(enum record_status status);

/* The line of a record, without its end, to be freed with json_decref by the caller. */
json_t *record_to_json(const struct record *record, const char *run);

/* What a line says.  False: `problem` says what is wrong with it.  Borrows from `json`. */
bool record_from_json(const json_t *json, struct record *record, const char **problem);

/* How many cores a process was bound to, by an object with its "cores", or with its "cpus" alone,
 * as older files have it. */
unsigned record_cores(const json_t *json);

/* Reads a whole file.  A last line without an end is what a crash leaves: it is dropped with a
 * warning.  False: an error was said, with the line. */
bool record_read(const char *path, struct record_list *list);

/* Opens a file to add lines to it, after what ends with a whole line; -1: an error was said. */
int record_open(const char *path);

/* Adds a line, and sees to it that it is on the disk.  False: an error was said, and the file is
 * as it was before. */
bool record_append(int file, const char *path, const char *run, const struct record *record);

/* Whether the kernel took the processor from a measured process in its timed part. */
bool record_is_disturbed(const struct record *record);

/* A metric of a measured record.  False: it is not there. */
bool record_metric(const struct record *record, const char *name, double *value);

#endif
