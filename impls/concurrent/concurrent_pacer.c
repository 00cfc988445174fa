/* concurrent_pacer.c -- see concurrent_pacer.h. */
#include "concurrent_pacer.h"

#include "parts/late_begin.h"

enum {
    LEAD_NS = 300000,         /* to wake the thread, to prepare, and for two handshakes */
    STEPS_MIN = 1024,         /* fewer tell nothing */
    HELD_UP_NS_MIN = 1000000, /* nor does a shorter time of aides */
    AIDE_SWAP_NS = 5,         /* of a step, for the swap of its mark byte while there is an aide */
    LEFT_SHARE = 16           /* of a cycle is always thought to be left */
};
static const double MARGIN = 1.2, RESERVE = 0.25, SHORT = 0.9, SPEED_WEIGHT = 0.5,
                    DEBT_PER_BYTE_MAX = 20, SLOWEST_MARGIN = 1.5;

void
pacer_init(struct pacer *pacer, double help_per_byte)
{
    *pacer = (struct pacer){
        .help_per_byte = help_per_byte,
        .steps_per_byte = 1.0 / 24,
        .ns_per_step = 10,
        .bytes_per_ns = 1,
        .survival = 0.5,
    };
}

static double
pacer_steps(const struct pacer *pacer, double born_bytes)
{
    double bytes = pacer->found_bytes + pacer->survival * born_bytes;
    return bytes * pacer->steps_per_byte + STEPS_MIN;
}

/* How many times as fast marking is while a mutator helps. */
static double
pacer_gain(const struct pacer *pacer)
{
    return pacer->aided ? 1 + pacer->help_speed : 1;
}

/* What mutators take in so many nanoseconds when they help as much as they may. */
static double
pacer_slowest_bytes(const struct pacer *pacer, double ns)
{
    return ns / (1 / pacer->bytes_per_ns + pacer->help_per_byte * pacer_gain(pacer));
}

double
pacer_needed_bytes(const struct pacer *pacer, double born_bytes)
{
    double ns = MARGIN * pacer_steps(pacer, born_bytes) * pacer->ns_per_step;
    double lead = pacer->bytes_per_ns * LEAD_NS; /* nobody is held up before marking begins */
    double needed = pacer->bytes_per_ns * ns + lead, runway = pacer->runway_bytes;
    if (runway <= 0) /* not known yet */
        return needed;
    double least = lead + SLOWEST_MARGIN * pacer_slowest_bytes(pacer, ns);
    double late = late_begin(needed, runway, pacer->taken_bytes);
    late = late > least ? late : least;
    return late < needed ? late : needed;
}

/* What was learned with an aide has its swaps in it. */
bool
pacer_aide_pays(const struct pacer *pacer, double step_ns)
{
    double swap_ns = pacer->aided ? AIDE_SWAP_NS * pacer->help_speed : 0;
    return pacer->ns_per_step >= step_ns + swap_ns;
}

void
pacer_begin(struct pacer *pacer, double born_bytes, double runway, bool aided)
{
    pacer->aided = aided;
    pacer->expected_steps = pacer_steps(pacer, born_bytes);
    double taken = pacer->bytes_per_ns * pacer->expected_steps * pacer->ns_per_step;
    pacer->reserve_bytes = taken > SHORT * runway ? RESERVE * runway : 0;
}

/* The thread's speed that was learned, or that of the running cycle if it is slower. */
static double
pacer_ns_per_step(const struct pacer *pacer, const struct pacer_progress *progress)
{
    double own = progress->steps - progress->aided_steps;
    if (progress->steps < pacer->expected_steps / LEFT_SHARE || own < STEPS_MIN)
        return pacer->ns_per_step;
    double now = progress->ns / own;
    return now > pacer->ns_per_step ? now : pacer->ns_per_step;
}

double
pacer_debt_per_byte(const struct pacer *pacer, const struct pacer_progress *progress, double runway)
{
    double least = pacer->expected_steps / LEFT_SHARE;
    double left = pacer->expected_steps - progress->steps;
    left = left > least ? left : least;
    double usable = runway - pacer->reserve_bytes;
    double left_ns = left * pacer_ns_per_step(pacer, progress);
    double x = pacer->bytes_per_ns * left_ns / (usable > 1 ? usable : 1);
    double debt = x > 1 ? (x - 1) / pacer->bytes_per_ns / pacer_gain(pacer) : 0;
    return debt < DEBT_PER_BYTE_MAX ? debt : DEBT_PER_BYTE_MAX;
}

static double
pacer_rise(double old, double now)
{
    return now > old ? now : (now + old) / 2;
}

void
pacer_learn_speed(struct pacer *pacer, double steps, double ns)
{
    if (steps >= STEPS_MIN)
        pacer->ns_per_step += SPEED_WEIGHT * (ns / steps - pacer->ns_per_step);
}

void
pacer_learn_help(struct pacer *pacer, double steps, double ns)
{
    if (!pacer->aided || ns < HELD_UP_NS_MIN)
        return;
    double speed = steps * pacer->ns_per_step / ns;
    speed = speed < 1 ? speed : 1;
    pacer->help_speed += SPEED_WEIGHT * (speed - pacer->help_speed);
}

void
pacer_learn(struct pacer *pacer, const struct pacer_cycle *cycle)
{
    if (cycle->found_bytes > 0 && cycle->steps >= STEPS_MIN)
        pacer->steps_per_byte = pacer_rise(pacer->steps_per_byte,
                                           cycle->steps / cycle->found_bytes);
    if (cycle->free_ns > 0 && cycle->taken_bytes > 0)
        pacer->bytes_per_ns = pacer_rise(pacer->bytes_per_ns, cycle->taken_bytes / cycle->free_ns);
    double grown = cycle->found_bytes - pacer->found_bytes;
    double share = cycle->born_bytes > 0 && grown > 0 ? grown / cycle->born_bytes : 0;
    pacer->survival = pacer_rise(pacer->survival, share < 1 ? share : 1);
    pacer->found_bytes = cycle->found_bytes;
    pacer->runway_bytes = cycle->runway_bytes;
    pacer->taken_bytes = cycle->taken_bytes;
}
