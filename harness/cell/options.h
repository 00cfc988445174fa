/* options.h -- the flags of a cell, and what they say. */
#ifndef CELL_OPTIONS_H
#define CELL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mm_heap.h"
#include "workload.h"

/* How a cell ends. */
enum cell_status {
    CELL_MEASURED = 0,
    CELL_ERROR = 1,
    CELL_USAGE = 2,
    CELL_EXHAUSTED = 3,
    CELL_BREACH = 4 /* only the referee says so */
};

struct cell_options {
    enum workload_size size;
    double heap_factor;  /* 0: not given */
    uint64_t heap_bytes; /* 0: not given */
    uint64_t threads;    /* 0: the workload's default */
    const char *cpus;    /* NULL: not bound */
    uint64_t seed;
    const char *variant; /* NULL: the first */
    bool record;
    const char *events; /* NULL: no file */
    double rate;        /* requests per second; 0: closed loop */
    bool closed_loop;
    uint64_t check_every; /* MM_UNKNOWN: not given */
    bool huge_pages;
    bool populate;
    uint64_t slice_us, growth_percent; /* 0: the manager's default */
    bool describe;
    bool plans;            /* are described too: some take a tenth of a second to make */
    char **benchmark_argv; /* for Google Benchmark, with the program's name first */
    int benchmark_argc;
};

/* Reads the flags.  What is wrong with them is said on standard error, and the process ends with
 * CELL_USAGE; --help and --version end it with CELL_MEASURED. */
void options_parse(struct cell_options *options, int argc, char **argv);

/* One line, "<program>: <message>", on standard error; ends the process with this status. */
MM_NORETURN void cell_fail(enum cell_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "smoke", "normal" or "large". */
const char *size_name(enum workload_size size);

#endif
