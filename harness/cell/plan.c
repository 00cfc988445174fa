/* plan.c -- what a cell is asked to do, and whether workload and manager can. */
#include "cell.h"

#include <math.h>
#include <string.h>

static void
cell_meet(struct workload_barrier *barrier)
{
    pthread_barrier_wait(&barrier->barrier);
}

void
cell_plan(struct cell *cell, enum workload_size size, unsigned variant, unsigned threads)
{
    cell->run = (struct workload_run){
        .size = size,
        .variant = variant,
        .threads = threads,
        .seed = cell->options.seed,
        .meet = cell_meet,
        .barrier = &cell->barrier,
    };
    cell->plan = (struct workload_plan){ .batches = 0 };
    WORKLOAD.plan(&cell->run, &cell->plan);
    if ((WORKLOAD.serve ? cell->plan.requests : cell->plan.batches) == 0 ||
        cell->plan.operations == 0)
        cell_fail(CELL_ERROR, "%s plans no operations at size %s; mend its plan", WORKLOAD.name,
                  size_name(size));
}

uint64_t
cell_operations(const struct workload_plan *plan)
{
    return (WORKLOAD.serve ? plan->requests : plan->batches) * plan->operations;
}

static unsigned
cell_variant(const char *name)
{
    char known[256] = "";
    unsigned i = 0;
    if (!name)
        return 0;
    for (; WORKLOAD.variants && WORKLOAD.variants[i]; i++) {
        if (strcmp(name, WORKLOAD.variants[i]) == 0)
            return i;
        strncat(known, " ", sizeof known - strlen(known) - 1);
        strncat(known, WORKLOAD.variants[i], sizeof known - strlen(known) - 1);
    }
    if (i == 0)
        cell_fail(CELL_USAGE, "--variant %s: %s has no variants; leave the flag out", name,
                  WORKLOAD.name);
    cell_fail(CELL_USAGE, "--variant %s: %s has no such variant; it has%s", name, WORKLOAD.name,
              known);
}

static unsigned
cell_threads(const struct cell_options *options)
{
    uint64_t threads = options->threads ? options->threads : WORKLOAD.threads_default;
    if (threads > WORKLOAD.threads_max)
        cell_fail(CELL_USAGE, "--threads %llu: %s runs with at most %u; give fewer",
                  (unsigned long long)threads, WORKLOAD.name, WORKLOAD.threads_max);
    if (threads > MM_MANAGER.max_threads)
        cell_fail(CELL_USAGE, "--threads %llu: the manager %s runs with at most %u; give fewer",
                  (unsigned long long)threads, MM_MANAGER.name, MM_MANAGER.max_threads);
    if (WORKLOAD.serve && threads > 1)
        cell_fail(CELL_USAGE, "--threads %llu: %s serves on one thread; leave the flag out",
                  (unsigned long long)threads, WORKLOAD.name);
    return (unsigned)threads;
}

static size_t
cell_heap_bytes(const struct cell *cell)
{
    double bytes = cell->options.heap_factor * (double)cell->plan.peak_live_bytes;
    if (cell->options.heap_factor <= 0)
        return (size_t)cell->options.heap_bytes;
    if (cell->plan.peak_live_bytes == 0)
        cell_fail(CELL_ERROR,
                  "--heap-factor: %s does not plan its peak of live bytes; use "
                  "--heap-bytes",
                  WORKLOAD.name);
    if (bytes >= (double)(SIZE_MAX / 2))
        cell_fail(CELL_USAGE, "--heap-factor %g: too large; try 2", cell->options.heap_factor);
    return (size_t)ceil(bytes);
}

void
cell_choose(struct cell *cell)
{
    const struct cell_options *options = &cell->options;
    if (!WORKLOAD.serve && (options->rate > 0 || options->closed_loop))
        cell_fail(CELL_USAGE, "%s: %s does not serve requests; leave the flag out",
                  options->closed_loop ? "--closed-loop" : "--rate", WORKLOAD.name);
    cell_plan(cell, options->size, cell_variant(options->variant), cell_threads(options));
    bool smoke = options->size == WORKLOAD_SMOKE;
    cell->config = (struct mm_config){
        .heap_bytes = cell_heap_bytes(cell),
        .growth_percent = (unsigned)options->growth_percent,
        .slice_us = (unsigned)options->slice_us,
        .huge_pages = options->huge_pages,
        .populate = options->populate,
        .check_every = options->check_every == MM_UNKNOWN ? smoke : (unsigned)options->check_every,
        .seed = options->seed,
    };
}
