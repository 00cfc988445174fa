/* gbench.h -- Google Benchmark for C: one benchmark, timed once, with counters and a label.
 *
 * The loop is the caller's.  gbench_loop_begin starts the timer, gbench_loop_end stops it; between
 * them no call is made here, so that an iteration costs what it costs in a plain C loop. */
#ifndef GBENCH_H
#define GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gbench_state;

struct gbench {
    const char *name;
    uint64_t iterations; /* fixed: never calibrated by time */
    void (*run)(struct gbench_state *state, void *user);
    void *user;
};

/* Hands the flags to Google Benchmark: each must start with --benchmark_.  False if it does not
 * know one of them; then it has said so on standard error. */
bool gbench_init(int argc, char **argv);

/* Runs the benchmark once in this process, whatever --benchmark_repetitions says, and reports it.
 * False if --benchmark_filter left it out. */
bool gbench_run(const struct gbench *benchmark);

/* Around the timed loop, once each, with the iterations of the benchmark. */
void gbench_loop_begin(struct gbench_state *state, uint64_t iterations);
void gbench_loop_end(struct gbench_state *state, uint64_t iterations);

/* After the loop.  A value must be finite: JSON has no other numbers. */
void gbench_counter(struct gbench_state *state, const char *name, double value);
void gbench_label(struct gbench_state *state, const char *text);

#ifdef __cplusplus
}
#endif

#endif
