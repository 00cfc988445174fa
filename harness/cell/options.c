/* options.c -- see options.h. */
#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef HEAPSTAKES_VERSION
#error "the build gives HEAPSTAKES_VERSION"
#endif

static const char options_help[] =
    "usage: %s [flags]\n"
    "Runs one workload under one memory manager, and prints what it measured.\n"
    "  --size smoke|normal|large   how much to do (smoke)\n"
    "  --heap-factor F             limit the heap to F times the peak of live bytes\n"
    "  --heap-bytes N              limit the heap to N bytes; K, M and G may follow\n"
    "  --threads N                 threads that work (the workload's default)\n"
    "  --cpus LIST                 bind the process to these processors: 1 or 0,1 or 0-3\n"
    "  --seed N                    of all that is random (1)\n"
    "  --variant NAME              one of the workload's variants (the first)\n"
    "  --record                    take the pauses that the manager reports\n"
    "  --events FILE               the same, and write every event as a line of JSON\n"
    "  --rate R                    serve R requests per second, in the open loop\n"
    "  --closed-loop               serve back to back, and report the capacity\n"
    "  --check-every N             the referee checks at every N-th allocation; 0: it counts only\n"
    "  --thp off|on                transparent huge pages (off)\n"
    "  --populate                  touch the heap before it is used, where that makes sense\n"
    "  --slice-us N                longest slice of an incremental manager\n"
    "  --growth-percent N          collect when the live size has grown by this, beside a limit\n"
    "                              too (without one: 100)\n"
    "  --describe                  print what this cell is, as JSON; run nothing\n"
    "  --plans                     the same, and what it would do at each size and variant\n"
    "  --help, --version\n"
    "  --benchmark_format=json, --benchmark_out=FILE, ...  as Google Benchmark has them\n"
    "exit status: 0 measured, 1 error, 2 usage, 3 memory exhausted, 4 breach of contract\n";

static const char *const size_names[WORKLOAD_SIZES] = { "smoke", "normal", "large" };

const char *
size_name(enum workload_size size)
{
    return size_names[size];
}

void
cell_fail(enum cell_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit((int)status);
}

/* -- Values ------------------------------------------------------------------- */

enum { OPTIONS_NUMBER_MAX_DIGITS = 19 };

/* Digits alone, with a suffix of bytes if there may be one. */
static uint64_t
options_number(const char *flag, const char *text, bool bytes)
{
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    unsigned shift = 0;
    if (bytes && *rest) {
        static const char suffixes[] = "KMG";
        const char *suffix = strchr(suffixes, *rest);
        if (suffix) {
            shift = 10 * (unsigned)(suffix - suffixes + 1);
            rest++;
        }
    }
    if (digits == 0 || digits > OPTIONS_NUMBER_MAX_DIGITS || *rest)
        cell_fail(CELL_USAGE, "%s %s: not a number; give digits%s", flag, text,
                  bytes ? ", and K, M or G behind them if you like" : "");
    uint64_t value = strtoull(text, NULL, 10);
    if (value << shift >> shift != value)
        cell_fail(CELL_USAGE, "%s %s: too large; give less than 2^64", flag, text);
    return value << shift;
}

static uint64_t
options_between(const char *flag, const char *text, uint64_t from, uint64_t to)
{
    uint64_t value = options_number(flag, text, false);
    if (value < from || value > to)
        cell_fail(CELL_USAGE, "%s %s: give %llu to %llu", flag, text, (unsigned long long)from,
                  (unsigned long long)to);
    return value;
}

static double
options_positive(const char *flag, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value) || value <= 0)
        cell_fail(CELL_USAGE, "%s %s: give a number above 0, such as 2 or 1.5", flag, text);
    return value;
}

static enum workload_size
options_size(const char *text)
{
    for (unsigned i = 0; i < WORKLOAD_SIZES; i++)
        if (strcmp(text, size_names[i]) == 0)
            return (enum workload_size)i;
    cell_fail(CELL_USAGE, "--size %s: no such size; take smoke, normal or large", text);
}

static bool
options_on(const char *flag, const char *text)
{
    if (strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
        cell_fail(CELL_USAGE, "%s %s: give on or off", flag, text);
    return strcmp(text, "on") == 0;
}

/* Google Benchmark would print its usage and end with 0. */
static void
options_benchmark(const char *argument)
{
    static const char *const flags[] = { "--benchmark_format=", "--benchmark_out_format=" };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        const char *format = argument + strlen(flags[i]);
        if (strncmp(argument, flags[i], strlen(flags[i])) == 0 && strcmp(format, "console") != 0 &&
            strcmp(format, "json") != 0 && strcmp(format, "csv") != 0)
            cell_fail(CELL_USAGE, "%s: give console, json or csv", argument);
    }
}

/* -- Flags -------------------------------------------------------------------- */

enum { OPTIONS_SLICE_MAX_US = 1000000, OPTIONS_GROWTH_MAX_PERCENT = 100000 };

/* A flag that takes a value; false if there is none of this name. */
static bool
options_value(struct cell_options *options, const char *flag, const char *text)
{
    if (strcmp(flag, "--size") == 0)
        options->size = options_size(text);
    else if (strcmp(flag, "--heap-factor") == 0)
        options->heap_factor = options_positive(flag, text);
    else if (strcmp(flag, "--heap-bytes") == 0) {
        options->heap_bytes = options_number(flag, text, true);
        if (options->heap_bytes == 0)
            cell_fail(CELL_USAGE, "%s 0: give a limit above 0, or leave it out for none", flag);
    } else if (strcmp(flag, "--threads") == 0)
        options->threads = options_between(flag, text, 1, MM_ANY_THREADS);
    else if (strcmp(flag, "--cpus") == 0)
        options->cpus = text;
    else if (strcmp(flag, "--seed") == 0)
        options->seed = options_between(flag, text, 0, INT64_MAX);
    else if (strcmp(flag, "--variant") == 0)
        options->variant = text;
    else if (strcmp(flag, "--events") == 0)
        options->events = text;
    else if (strcmp(flag, "--rate") == 0)
        options->rate = options_positive(flag, text);
    else if (strcmp(flag, "--check-every") == 0)
        options->check_every = options_between(flag, text, 0, UINT32_MAX);
    else if (strcmp(flag, "--thp") == 0)
        options->huge_pages = options_on(flag, text);
    else if (strcmp(flag, "--slice-us") == 0)
        options->slice_us = options_between(flag, text, 1, OPTIONS_SLICE_MAX_US);
    else if (strcmp(flag, "--growth-percent") == 0)
        options->growth_percent = options_between(flag, text, 1, OPTIONS_GROWTH_MAX_PERCENT);
    else
        return false;
    return true;
}

/* A flag that stands alone; false if there is none of this name. */
static bool
options_switch(struct cell_options *options, const char *flag)
{
    if (strcmp(flag, "--record") == 0)
        options->record = true;
    else if (strcmp(flag, "--closed-loop") == 0)
        options->closed_loop = true;
    else if (strcmp(flag, "--populate") == 0)
        options->populate = true;
    else if (strcmp(flag, "--describe") == 0)
        options->describe = true;
    else if (strcmp(flag, "--plans") == 0)
        options->describe = options->plans = true;
    else if (strcmp(flag, "--help") == 0) {
        printf(options_help, program_invocation_short_name);
        exit(CELL_MEASURED);
    } else if (strcmp(flag, "--version") == 0) {
        puts("heapstakes " HEAPSTAKES_VERSION);
        exit(CELL_MEASURED);
    } else
        return false;
    return true;
}

static void
options_together(const struct cell_options *options)
{
    if (options->heap_factor > 0 && options->heap_bytes > 0)
        cell_fail(CELL_USAGE, "--heap-factor and --heap-bytes exclude each other; give one");
    if (options->rate > 0 && options->closed_loop)
        cell_fail(CELL_USAGE, "--rate and --closed-loop exclude each other; give one");
}

/* One flag of ours at argv[i], as "--flag value" or "--flag=value"; gives where it ended. */
static int
options_flag(struct cell_options *options, int i, char **argv)
{
    if (options_switch(options, argv[i]))
        return i;
    char flag[32];
    const char *equals = strchr(argv[i], '=');
    size_t length = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
    if (length >= sizeof flag)
        cell_fail(CELL_USAGE, "%s: no such flag; --help lists them", argv[i]);
    memcpy(flag, argv[i], length);
    flag[length] = '\0';
    const char *text = equals ? equals + 1 : argv[i + 1];
    if (!text)
        cell_fail(CELL_USAGE, "%s: no such flag, or its value is missing; --help lists them", flag);
    if (!options_value(options, flag, text))
        cell_fail(CELL_USAGE, "%s: no such flag; --help lists them", argv[i]);
    return equals ? i : i + 1;
}

void
options_parse(struct cell_options *options, int argc, char **argv)
{
    *options = (struct cell_options){ .seed = 1, .check_every = MM_UNKNOWN };
    options->benchmark_argv = calloc((size_t)argc + 1, sizeof *argv);
    if (!options->benchmark_argv)
        cell_fail(CELL_ERROR, "no memory for %d arguments", argc);
    options->benchmark_argv[options->benchmark_argc++] = argv[0];
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--benchmark_", strlen("--benchmark_")) == 0) {
            options_benchmark(argv[i]);
            options->benchmark_argv[options->benchmark_argc++] = argv[i];
        } else {
            i = options_flag(options, i, argv);
        }
    }
    options_together(options);
}
