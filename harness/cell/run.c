/* run.c -- the phases of a run: setup, cold, timed, teardown. */
#include "cell.h"

#include "stalls.h"
#include "system.h"

#include <string.h>

/* -- Parts of a run, on every thread ------------------------------------------- */

static uint64_t
run_batch_cold(void *user, struct mm_mutator *m, unsigned thread)
{
    const struct cell *cell = user;
    return WORKLOAD.batch(m, &cell->run, thread, 0);
}

/* The timed loop: nothing but the workload is called in it. */
static uint64_t
run_batches(void *user, struct mm_mutator *m, unsigned thread)
{
    const struct cell *cell = user;
    uint64_t sum = 0;
    for (uint64_t batch = 1; batch <= cell->plan.batches; batch++)
        sum += WORKLOAD.batch(m, &cell->run, thread, batch);
    return sum;
}

/* -- Phases ------------------------------------------------------------------- */

static void
run_phase(struct cell *cell, enum recorder_phase phase)
{
    stalls_phase(phase);
    if (cell->recorder)
        recorder_phase(cell->recorder, phase);
}

static void
run_setup(struct cell *cell)
{
    struct metric_sample *sample = &cell->sample;
    run_phase(cell, RECORDER_SETUP);
    if (!system_reset_peak())
        cell->peak_failed = "the kernel does not let this process reset VmHWM";
    sample->start_rss_bytes = system_status_bytes("VmRSS:");
    cell->heap = mm_heap_create(&cell->config);
    cell->run.heap = cell->heap;
    cell->m = mm_attach(cell->heap);
    if (WORKLOAD.setup)
        WORKLOAD.setup(cell->m, &cell->run);
    cell->crew = crew_create(cell->run.threads, cell->heap, cell->m, cell);
}

static void
run_cold(struct cell *cell)
{
    run_phase(cell, RECORDER_COLD);
    if (WORKLOAD.serve) {
        serve_cold(cell);
        return;
    }
    uint64_t begin = system_clock();
    cell->checksum += crew_run(cell->crew, cell->m, run_batch_cold, cell);
    cell->sample.cold_ns = system_clock() - begin;
    cell->sample.cold_operations = cell->plan.cold_operations ? cell->plan.cold_operations
                                                              : cell->plan.operations;
}

static void
run_timed_batches(struct cell *cell)
{
    gbench_loop_begin(cell->state, cell->plan.batches);
    uint64_t cpu = system_cpu_clock(), begin = system_clock();
    cell->checksum += crew_run(cell->crew, cell->m, run_batches, cell);
    cell->sample.wall_ns = system_clock() - begin;
    cell->sample.cpu_ns = system_cpu_clock() - cpu;
    gbench_loop_end(cell->state, cell->plan.batches);
}

static void
run_timed(struct cell *cell)
{
    struct metric_sample *sample = &cell->sample;
    mm_stats(cell->heap, &sample->before);
    for (size_t i = 0; i < METRICS_COUNT; i++)
        if (METRICS[i]->start)
            METRICS[i]->start();
    run_phase(cell, RECORDER_TIMED);
    if (WORKLOAD.serve)
        serve_timed(cell);
    else
        run_timed_batches(cell);
    run_phase(cell, RECORDER_TEARDOWN);
    for (size_t i = 0; i < METRICS_COUNT; i++)
        if (METRICS[i]->stop)
            METRICS[i]->stop();
    cell->threads = system_threads();
    sample->operations = cell_operations(&cell->plan);
    sample->peak_rss_bytes = cell->peak_failed ? MM_UNKNOWN : system_status_bytes("VmHWM:");
    mm_stats(cell->heap, &sample->after);
}

static void
run_teardown(struct cell *cell)
{
    crew_destroy(cell->crew, cell->m);
    if (WORKLOAD.teardown)
        cell->checksum += WORKLOAD.teardown(cell->m, &cell->run);
    mm_stats(cell->heap, &cell->sample.end);
    mm_detach(cell->m);
    mm_heap_destroy(cell->heap);
    run_phase(cell, RECORDER_ENDED);
}

void
cell_run(struct gbench_state *state, void *user)
{
    struct cell *cell = user;
    cell->state = state;
    run_setup(cell);
    run_cold(cell);
    run_timed(cell);
    run_teardown(cell);
    cell_report(cell);
}
