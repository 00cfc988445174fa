/* recorder.h -- takes the events of a manager: the pauses of the timed part, and all of them for a
 * file.
 *
 * Every thread that emits has a slot of its own, made and touched before the heap: recording takes
 * no lock, allocates nothing and meets no page fault.
 *
 * A pause is an event that held up a mutator for RECORDER_PAUSE_NS or longer.  Events are emitted
 * at their end, inner ones first: one that lies inside another of the same mutator is part of it,
 * and no pause of its own.
 *
 * A pause is disturbed if the kernel took the processor from its thread meanwhile.  The recorder
 * asks the kernel at the end of a pause of RECORDER_LONG_NS or longer, and where an event begins,
 * if it has not asked for RECORDER_LOOK_NS: so a switch that it finds happened in the pause, or
 * less than RECORDER_LOOK_NS before it.  What it cannot know it does not call disturbed. */
#ifndef CELL_RECORDER_H
#define CELL_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "histogram.h"
#include "mm_heap.h"
#include "utilisation.h"

enum recorder_phase {
    RECORDER_BEFORE,
    RECORDER_SETUP,
    RECORDER_COLD,
    RECORDER_TIMED,
    RECORDER_TEARDOWN,
    RECORDER_ENDED,
    RECORDER_PHASES
};

enum { RECORDER_PAUSE_NS = 10000, RECORDER_LONG_NS = 100000, RECORDER_LOOK_NS = 200000 };

/* What the pauses of the timed part say once the disturbed ones are set aside. */
struct recorder_disturbance {
    uint64_t disturbed; /* pauses */
    uint64_t undisturbed;
    uint64_t undisturbed_max_ns; /* the longest of them */
};

struct recorder;

/* For a run with so many threads; keep_all: every event is kept for a file.  NULL: no memory. */
struct recorder *recorder_create(unsigned threads, bool keep_all);

/* The listeners of struct mm_config; their user is the recorder. */
void recorder_event(void *user, const struct mm_event *event);
uint64_t recorder_begin(void *user, uint64_t now_ns);

/* A phase begins now; no thread but the calling one runs a workload. */
void recorder_phase(struct recorder *recorder, enum recorder_phase phase);

/* After the last phase: the pauses of the timed part, all threads together. */
const struct histogram *recorder_pauses(struct recorder *recorder);

/* The same of the times until the world stood still, however short. */
const struct histogram *recorder_stops(struct recorder *recorder);

/* Afterwards: which of the pauses were disturbed. */
struct recorder_disturbance recorder_disturbance(const struct recorder *recorder);

/* After the last phase: the smallest share, in per cent, of any window of this length in the timed
 * part in which no event held up the thread; of all threads the smallest.  NULL, or why there is
 * none. */
const char *recorder_utilisation(struct recorder *recorder, enum utilisation_window window,
                                 double *percent);

/* Events of a kind in the timed part. */
uint64_t recorder_count(const struct recorder *recorder, enum mm_event_kind kind);

/* The longest stop of the world in the timed part, however short, in nanoseconds; 0: there was
 * none. */
uint64_t recorder_longest_stop(const struct recorder *recorder);

/* Pauses that may have been counted wrongly, and events that the file lacks, for want of room. */
uint64_t recorder_lost_pauses(const struct recorder *recorder);
uint64_t recorder_lost_events(const struct recorder *recorder);

/* Events of threads for which there was no slot: nothing else is known of them. */
uint64_t recorder_homeless(const struct recorder *recorder);

/* Writes phases and events as lines of JSON. */
void recorder_write(const struct recorder *recorder, FILE *file);

/* "setup", "timed", .. */
const char *recorder_phase_name(enum recorder_phase phase);

#endif
