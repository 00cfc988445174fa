/* stalls.h -- what the calls of a probe build were held up by; see parts/probe/probe.h. */
#ifndef CELL_STALLS_H
#define CELL_STALLS_H

#include <stdint.h>
#include <stdio.h>

#include "histogram.h"
#include "recorder.h"

/* As recorder_phase. */
void stalls_phase(enum recorder_phase phase);

/* After the last phase: how long the calls of the timed part took that took PROBE_STALL_NS or
 * longer.  NULL, and why: this is no probe build, or not all could be kept. */
const struct histogram *stalls_taken(const char **missing);

/* Writes all that were kept as lines of JSON. */
void stalls_write(FILE *file);

#endif
