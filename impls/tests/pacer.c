/* pacer.c -- proves of tricolor's pacer, in simulated time: as long as half of the time is enough
 * for what is allocated while all that lives is marked, mutators have half of every 10 ms; where it
 * is not, as much is made in a cycle as a late begin leaves; and the runway is not used up before a
 * cycle ends, in both cases. */
#include "pacer.h"
#include "parts/assert.h"

#include <stdio.h>
#include <stdlib.h>

enum { WARM = 6, CYCLES = 30, BLOCK = 16384, PAUSES_MAX = 1 << 20, WINDOW_NS = 10 * 1000 * 1000 };

/* Of the room, made in a cycle that begins late, at least: 1 / 1.2, and less where blocks are a
 * part of it. */
static const double MADE_LEAST = 0.75;

/* What a program is like: so many bytes live, and so many are free for others; how fast it
 * allocates, and what a step of marking takes and finds. */
struct pacer_case {
    double live_bytes, room_bytes, bytes_per_ns, ns_per_step, bytes_per_step;
    bool half; /* half of the time is enough */
};

struct pacer_run {
    struct pacer pacer;
    const struct pacer_case *what;
    uint64_t now, handed, steps, started;
    double runway, black, made;
    bool marking;
    size_t pauses;
    struct {
        uint64_t begin, end;
    } pause[PAUSES_MAX];
};

static size_t
pacer_runway(const struct pacer_run *run)
{
    if (run->runway <= 0)
        fprintf(stderr, "pacer: %.0f MB live, %.2f bytes/ns: no runway left\n",
                run->what->live_bytes / 1e6, run->what->bytes_per_ns);
    mm_assert(run->runway > 0);
    return (size_t)run->runway;
}

/* What was made while it ran is black: it is garbage that the next cycle finds. */
static void
pacer_finish(struct pacer_run *run)
{
    run->black = (double)(run->handed - run->started);
    pacer_end(&run->pacer, run->handed, pacer_runway(run),
              (uint64_t)(run->what->live_bytes + run->black), run->steps);
    run->runway = run->what->room_bytes - run->black;
    run->marking = false;
    run->made += (double)run->handed;
    run->handed = 0;
    pacer_set_trigger(&run->pacer, pacer_runway(run));
}

static void
pacer_mark(struct pacer_run *run, uint64_t steps, uint64_t all)
{
    uint64_t begin = run->now;
    uint64_t most = (uint64_t)((double)run->pacer.slice_ns / run->what->ns_per_step);
    steps = steps < most ? steps : most;
    steps = steps < all - run->steps ? steps : all - run->steps;
    run->steps += steps;
    run->now += (uint64_t)((double)steps * run->what->ns_per_step);
    pacer_pay(&run->pacer, steps, begin, run->now);
    if (!run->what->half)
        return;
    mm_assert(run->pauses < PAUSES_MAX);
    run->pause[run->pauses].begin = begin;
    run->pause[run->pauses++].end = run->now;
}

/* A mutator uses up a block, and comes by its slow path. */
static void
pacer_block(struct pacer_run *run)
{
    uint64_t all = (uint64_t)(run->what->live_bytes / run->what->bytes_per_step);
    double bytes = pacer_bytes_per_slice(&run->pacer, pacer_runway(run), run->steps);
    uint64_t hole = !run->marking || bytes > BLOCK ? BLOCK : bytes < 256 ? 256 : (uint64_t)bytes;
    run->now += (uint64_t)((double)hole / run->what->bytes_per_ns);
    run->handed += hole;
    run->runway -= (double)hole;
    if (!run->marking) {
        if (pacer_runway(run) >= run->pacer.trigger)
            return;
        pacer_begin(&run->pacer, run->handed, pacer_runway(run), run->now);
        pacer_pay(&run->pacer, 0, run->now, run->now);
        run->marking = true;
        run->started = run->handed;
        run->steps = 0;
    }
    pacer_owe(&run->pacer, run->handed, 0, pacer_runway(run), run->steps);
    if (run->pacer.debt >= PACER_STEPS_MIN) {
        uint64_t steps = pacer_steps(&run->pacer, pacer_runway(run), run->steps, run->now);
        if (steps)
            pacer_mark(run, steps, all);
    }
    if (run->steps == all)
        pacer_finish(run);
}

/* The least share of a window that mutators had; the worst windows begin with a pause. */
static double
pacer_utilisation(const struct pacer_run *run)
{
    double least = 1;
    for (size_t i = 0; i < run->pauses && run->pause[i].begin + WINDOW_NS < run->now; i++) {
        uint64_t end = run->pause[i].begin + WINDOW_NS, paused = 0;
        for (size_t k = i; k < run->pauses && run->pause[k].begin < end; k++)
            paused += (run->pause[k].end < end ? run->pause[k].end : end) - run->pause[k].begin;
        double share = 1 - (double)paused / WINDOW_NS;
        least = share < least ? share : least;
    }
    return least;
}

/* Runs until it has learnt, and then for CYCLES. */
static void
pacer_run_cycles(struct pacer_run *run)
{
    for (unsigned cycles = 0; cycles < WARM + CYCLES;) {
        bool marking = run->marking;
        pacer_block(run);
        cycles += marking && !run->marking;
        if (cycles < WARM)
            run->pauses = 0;
        if (cycles <= WARM && !run->marking)
            run->made = 0;
    }
}

static bool
pacer_case_holds(const struct pacer_case *what)
{
    struct pacer_run *run = calloc(1, sizeof *run);
    mm_assert(run);
    run->what = what;
    /* What lives was made before, in the time that making it took. */
    pacer_init(&run->pacer, 0, (size_t)(what->live_bytes + what->room_bytes), 0);
    run->handed = (uint64_t)what->live_bytes;
    run->now = (uint64_t)(what->live_bytes / what->bytes_per_ns);
    run->runway = what->room_bytes;
    pacer_run_cycles(run);
    double least = pacer_utilisation(run), made = run->made / CYCLES / what->room_bytes;
    mm_assert(!what->half || run->pauses > 0);
    bool holds = what->half ? least >= 0.5 : made >= MADE_LEAST;
    if (!holds)
        printf("pacer: %.0f MB live, %.2f bytes/ns: utilisation %.3f, %.3f of the room a cycle\n",
               what->live_bytes / 1e6, what->bytes_per_ns, what->half ? least : 0, made);
    free(run);
    return holds;
}

int
main(void)
{
    static const struct pacer_case CASES[] = {
        { 64e6, 54e6, 1.0, 5, 32, true },     { 64e6, 54e6, 0.5, 10, 32, true },
        { 64e6, 128e6, 1.0, 10, 32, true },   { 256e6, 220e6, 1.0, 6, 32, true },
        { 1e9, 0.9e9, 0.7, 8, 32, true },     { 4e6, 12e6, 3.0, 3, 24, true },
        { 64e6, 54e6, 1.0, 30, 32, false },   { 64e6, 20e6, 2.0, 10, 32, false },
        { 256e6, 100e6, 3.0, 20, 32, false }, { 16e6, 4e6, 1.0, 10, 16, false },
        { 33e6, 137e6, 6.0, 5, 16, false },   { 33e6, 137e6, 6.5, 5, 16, false },
        { 33e6, 137e6, 8.0, 5, 16, false },
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        failed |= !pacer_case_holds(&CASES[i]);
    return failed;
}
