/* serve.c -- the harness's half of a workload that serves: when each request is sent.
 *
 * In the closed loop a request follows the other.  In the open loop request i is meant to start at
 * begin + i / rate, whatever became of those before it; one that is late is sent at once, and its
 * latency counts from when it was meant to start.  So a stall shows in every request that it
 * delayed (Tene's coordinated omission).
 *
 * Both loops serve the same requests in the same order: 0 .. w-1 for warming up, then w .. w+n-1,
 * so the checksum does not depend on the loop or the rate. */
#include "cell.h"

#include "system.h"

#include <time.h>

enum {
    SERVE_WARM_UP_SHARE = 10,
    SERVE_SPIN_NS = 200000 /* waits longer than this are slept, up to so long before their end */
};

uint64_t
serve_warm_up_requests(const struct workload_plan *plan)
{
    uint64_t tenth = plan->requests / SERVE_WARM_UP_SHARE;
    return tenth ? tenth : 1;
}

void
serve_cold(struct cell *cell)
{
    uint64_t requests = serve_warm_up_requests(&cell->plan);
    uint64_t begin = system_clock();
    for (uint64_t i = 0; i < requests; i++)
        cell->checksum += WORKLOAD.serve(cell->m, &cell->run, i);
    cell->sample.cold_ns = system_clock() - begin;
    cell->sample.cold_operations = requests * cell->plan.operations;
}

/* Waits for a time, parked, so that a collector need not wait for us; gives the time then.  A long
 * wait sleeps first: a collector's own thread may need this core. */
static uint64_t
serve_wait(struct mm_mutator *m, uint64_t until, uint64_t now)
{
    if (now >= until)
        return now;
    mm_heap_park(m);
    if (until - now > SERVE_SPIN_NS) {
        uint64_t wake = until - SERVE_SPIN_NS;
        struct timespec at = { .tv_sec = (time_t)(wake / 1000000000u),
                               .tv_nsec = (long)(wake % 1000000000u) };
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    }
    while ((now = system_clock()) < until)
        ;
    mm_heap_unpark(m);
    return now;
}

/* Gives the time that the requests themselves took. */
static uint64_t
serve_open(struct cell *cell, struct histogram *latencies)
{
    uint64_t first = serve_warm_up_requests(&cell->plan), requests = cell->plan.requests;
    double gap = 1e9 / cell->options.rate;
    uint64_t begin = system_clock(), now = begin, busy = 0;
    for (uint64_t i = 0; i < requests; i++) {
        uint64_t intended = begin + (uint64_t)((double)i * gap);
        uint64_t sent = serve_wait(cell->m, intended, now);
        cell->checksum += WORKLOAD.serve(cell->m, &cell->run, first + i);
        now = system_clock();
        busy += now - sent;
        histogram_record(latencies, now - intended);
    }
    double planned = (double)requests * gap, taken = (double)(now - begin);
    cell->sample.achieved_per_s = (double)requests * 1e9 / (taken > planned ? taken : planned);
    return busy;
}

static uint64_t
serve_closed(struct cell *cell)
{
    uint64_t first = serve_warm_up_requests(&cell->plan), requests = cell->plan.requests;
    uint64_t begin = system_clock();
    for (uint64_t i = 0; i < requests; i++)
        cell->checksum += WORKLOAD.serve(cell->m, &cell->run, first + i);
    uint64_t busy = system_clock() - begin;
    cell->sample.capacity_per_s = (double)requests * 1e9 / (double)(busy ? busy : 1);
    return busy;
}

void
serve_timed(struct cell *cell)
{
    struct metric_sample *sample = &cell->sample;
    bool open = cell->options.rate > 0;
    gbench_loop_begin(cell->state, cell->plan.requests);
    uint64_t cpu = system_cpu_clock();
    sample->wall_ns = open ? serve_open(cell, cell->latencies) : serve_closed(cell);
    sample->cpu_ns = system_cpu_clock() - cpu;
    gbench_loop_end(cell->state, cell->plan.requests);
    if (open) {
        sample->cpu_missing = "in the open loop waiting takes processor time too";
        sample->capacity_missing = "the open loop does not show the capacity; use --closed-loop";
        sample->latencies.durations = cell->latencies;
    } else {
        sample->rate_missing = "the closed loop has no rate; use --rate";
        sample->latencies.missing = "the closed loop hides waiting; use --rate";
    }
}
