/* main.c -- main() of every cell: flags, binding, and the hand over to Google Benchmark. */
#include "cell.h"

#include "bind.h"
#include "stalls.h"
#include "system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that the process needs beside the heap is made here, before it. */
static void
main_prepare(struct cell *cell)
{
    const struct cell_options *options = &cell->options;
    const char *missing = WORKLOAD.prepare ? WORKLOAD.prepare(&cell->run) : NULL;
    if (missing) {
        fprintf(stderr, "unavailable: %s needs the package %s; install it\n", WORKLOAD.name,
                missing);
        exit(CELL_ERROR);
    }
    cell->huge_pages = options->huge_pages ? "on" : "off";
    if (!options->huge_pages && !system_forbid_huge_pages())
        cell->huge_pages = "the kernel does not let this process turn them off";
    cell->binding = "not asked for";
    if (options->cpus)
        cell->binding = bind_process(options->cpus, &cell->config.cores);
    if (pthread_barrier_init(&cell->barrier.barrier, NULL, cell->run.threads) != 0)
        cell_fail(CELL_ERROR, "no barrier for %u threads", cell->run.threads);
}

static void
main_make_recorders(struct cell *cell)
{
    const struct cell_options *options = &cell->options;
    if (options->record || options->events) {
        cell->recorder = recorder_create(cell->run.threads, options->events != NULL);
        if (!cell->recorder)
            cell_fail(CELL_ERROR, "no memory to record events; leave --record and --events out");
        cell->config.event = recorder_event;
        cell->config.event_begins = recorder_begin;
        cell->config.user = cell->recorder;
    }
    if (options->rate > 0) {
        cell->latencies = system_map(sizeof *cell->latencies);
        if (!cell->latencies)
            cell_fail(CELL_ERROR, "no memory to record latencies");
        histogram_init(cell->latencies);
    }
}

/* "workload/variant/manager", as Google Benchmark reports it. */
static const char *
main_name(const struct cell *cell)
{
    static char name[128];
    const char *variant = WORKLOAD.variants ? WORKLOAD.variants[cell->run.variant] : "";
    snprintf(name, sizeof name, "%s%s%s/%s", WORKLOAD.name, *variant ? "/" : "", variant,
             MM_MANAGER.name);
    return name;
}

static FILE *
main_open_events(const char *path)
{
    FILE *file = path ? fopen(path, "w") : NULL;
    if (path && !file)
        cell_fail(CELL_ERROR, "--events %s: %s; give a file that can be written", path,
                  strerror(errno));
    return file;
}

static void
main_write_events(const struct cell *cell, FILE *file)
{
    if (!file)
        return;
    recorder_write(cell->recorder, file);
    stalls_write(file);
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        cell_fail(CELL_ERROR, "--events %s: not all could be written; is the disk full?",
                  cell->options.events);
}

int
main(int argc, char **argv)
{
    static struct cell cell;
    options_parse(&cell.options, argc, argv);
    if (cell.options.describe) {
        cell_describe(&cell);
        return CELL_MEASURED;
    }
    cell_choose(&cell);
    FILE *events = main_open_events(cell.options.events);
    if (!gbench_init(cell.options.benchmark_argc, cell.options.benchmark_argv))
        return CELL_USAGE;
    main_prepare(&cell);
    main_make_recorders(&cell);
    struct gbench benchmark = {
        .name = main_name(&cell),
        .iterations = WORKLOAD.serve ? cell.plan.requests : cell.plan.batches,
        .run = cell_run,
        .user = &cell,
    };
    if (!gbench_run(&benchmark))
        cell_fail(CELL_USAGE, "--benchmark_filter left out %s: nothing was run", benchmark.name);
    if (fflush(stdout) != 0 || ferror(stdout))
        cell_fail(CELL_ERROR, "standard output: not all could be written; is the disk full?");
    main_write_events(&cell, events);
    free(cell.options.benchmark_argv);
    return CELL_MEASURED;
}
