/* pacer.c -- see pacer.h. */
#include "pacer.h"

#include "parts/late_begin.h"

enum {
    SLICE_US = 150,
    STEP_NS = 10,      /* until it is known */
    LATE_BYTES = 4096, /* less than this between two slices is late */
    DEMAND_MAX = 50    /* nanoseconds of marking for one of the mutators' */
};

static const double MARK_SHARE = 0.8; /* the same as long as there is room: 44 % of all */
static const double PAID_OVER = 0.9;  /* of the runway */
static const double TRIGGER_MIN = 0.2;
/* Of the runway when a cycle ends; where all goes well a tenth is left. */
static const double LEFT_LEAST = 0.05, LEFT_MOST = 0.3;
static const double MARGIN_LEAST = 0.8, MARGIN_MOST = 2;
static const double PATIENCE = 0.85; /* what remains is often less than was thought */

static double
pacer_between(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

/* Steps that are still to do: never thought to be less than a sixteenth of all, or a quarter if
 * they are more than was thought possible. */
static double
pacer_remaining(const struct pacer *pacer, uint64_t steps)
{
    double done = (double)steps;
    double all = done < pacer->steps_likely ? pacer->steps_likely : pacer->steps_most;
    double least = done < pacer->steps_most ? all / 16 : all / 4;
    return all - done > least ? all - done : least;
}

/* Mutators ran until now. */
static void
pacer_count_time(struct pacer *pacer, uint64_t now)
{
    pacer->mutator_ns += now - pacer->resumed_ns;
    pacer->resumed_ns = now;
}

/* The faster of what was and what is: a program that waits now may go on at any time. */
static void
pacer_learn_rate(struct pacer *pacer, uint64_t handed_bytes)
{
    double rate = (double)handed_bytes / (double)(pacer->mutator_ns + 1);
    double mean = (rate + pacer->bytes_per_ns) / 2;
    pacer->bytes_per_ns = rate > mean ? rate : mean;
}

void
pacer_init(struct pacer *pacer, unsigned slice_us, size_t runway, uint64_t now)
{
    *pacer = (struct pacer){
        .slice_ns = (slice_us ? slice_us : SLICE_US) * UINT64_C(2000) / 3,
        .steps_per_byte = 1.0 / 16,
        .survival = 1,
        .ns_per_step = STEP_NS,
        .margin = 1,
        .resumed_ns = now,
    };
    pacer_set_trigger(pacer, runway);
}

void
pacer_begin(struct pacer *pacer, uint64_t handed_bytes, size_t runway, uint64_t now)
{
    pacer_count_time(pacer, now);
    if (pacer->bytes_per_ns == 0)
        pacer_learn_rate(pacer, handed_bytes);
    double fresh = (double)(pacer->fresh_bytes + handed_bytes) * pacer->steps_per_byte;
    pacer->fresh_bytes += handed_bytes;
    pacer->steps_likely = 1.05 * pacer->steps_last + pacer->survival * fresh + PACER_STEPS_MIN;
    pacer->steps_most = 1.05 * pacer->steps_last + fresh + PACER_STEPS_MIN;
    pacer->start_bytes = pacer->paid_bytes = handed_bytes;
    pacer->start_runway = runway;
    pacer->debt = 0;
    pacer->credit_ns = (double)pacer->slice_ns;
}

/* What was born black took no steps.  A cycle that found little tells little. */
static void
pacer_learn_steps(struct pacer *pacer, double live, double black, double steps)
{
    double found = live - black;
    double fresh = (double)pacer->fresh_bytes * pacer->steps_per_byte + 1;
    double survival = pacer_between((steps - pacer->steps_last) / fresh, 0, 1);
    double mean = (3 * survival + pacer->survival) / 4;
    pacer->survival = survival > mean ? survival : mean;
    pacer->steps_last = steps;
    if (steps < PACER_STEPS_MIN || found < live / 8)
        return;
    double now = steps / found;
    pacer->steps_per_byte = now > pacer->steps_per_byte ? now : (now + pacer->steps_per_byte) / 2;
}

/* What is reckoned from means is wrong in single cycles: the runway should not be used up. */
static void
pacer_learn_margin(struct pacer *pacer, size_t runway)
{
    double left = (double)runway / ((double)pacer->start_runway + 1);
    if (pacer->is_forced)
        return;
    if (left < LEFT_LEAST)
        pacer->margin = pacer_between(pacer->margin * 1.15, MARGIN_LEAST, MARGIN_MOST);
    else if (left > LEFT_MOST)
        pacer->margin = pacer_between(pacer->margin * 0.95, MARGIN_LEAST, MARGIN_MOST);
}

void
pacer_end(struct pacer *pacer, uint64_t handed_bytes, size_t runway, uint64_t live_bytes,
          uint64_t steps)
{
    uint64_t black = handed_bytes - pacer->start_bytes;
    pacer_learn_rate(pacer, handed_bytes);
    pacer_learn_steps(pacer, (double)live_bytes, (double)black, (double)steps);
    pacer_learn_margin(pacer, runway);
    pacer->fresh_bytes = black;
    pacer->mutator_ns = 0;
    pacer->paid_bytes = 0;
}

/* What lives when the next cycle begins is what lives now, and what survives until then.  It begins
 * about when pacer_is_late would say so, or before. */
void
pacer_set_trigger(struct pacer *pacer, size_t runway)
{
    double fresh = (double)pacer->fresh_bytes + (double)runway / 2;
    double steps = pacer->steps_last + pacer->survival * fresh * pacer->steps_per_byte;
    double ns = steps * pacer->ns_per_step;
    double bytes = pacer->margin * ns * pacer->bytes_per_ns / (MARK_SHARE * PAID_OVER);
    double most = (double)runway;
    double begin = late_begin(bytes, most, (double)pacer->fresh_bytes);
    double least = LATE_BYTES * (2 * ns / (double)pacer->slice_ns + 1);
    pacer->is_forced = bytes > most || begin < bytes;
    pacer->trigger = (size_t)pacer_between(begin > least ? begin : least, TRIGGER_MIN * most, most);
}

void
pacer_owe(struct pacer *pacer, uint64_t handed_bytes, size_t bytes, size_t runway, uint64_t done)
{
    uint64_t owed = handed_bytes + bytes;
    uint64_t fresh = owed > pacer->paid_bytes ? owed - pacer->paid_bytes : 0;
    double rate = pacer_remaining(pacer, done) / (PAID_OVER * (double)runway + LATE_BYTES);
    pacer->debt += rate * (double)fresh;
    pacer->paid_bytes = owed;
}

/* Nanoseconds of marking for one of the mutators': more than usual if what remains would not fit
 * the runway. */
static double
pacer_share(const struct pacer *pacer, size_t runway, uint64_t done)
{
    double needed = pacer_remaining(pacer, done) * pacer->ns_per_step * pacer->bytes_per_ns;
    double demand = PATIENCE * needed / (PAID_OVER * (double)runway + 1);
    return pacer_between(demand, MARK_SHARE, DEMAND_MAX);
}

uint64_t
pacer_steps(struct pacer *pacer, size_t runway, uint64_t done, uint64_t now)
{
    double slice = (double)pacer->slice_ns, wanted = pacer->debt * pacer->ns_per_step;
    double ran = (double)(now - pacer->resumed_ns);
    pacer->credit_ns += ran * pacer_share(pacer, runway, done);
    pacer->credit_ns = pacer->credit_ns < slice ? pacer->credit_ns : slice;
    pacer_count_time(pacer, now);
    bool covered = pacer->credit_ns >= (wanted < slice ? wanted : slice) / 2;
    return covered || pacer_is_late(pacer, runway, done) ? (uint64_t)pacer->debt : 0;
}

/* One that was interrupted tells little of a step. */
void
pacer_pay(struct pacer *pacer, uint64_t steps, uint64_t begin, uint64_t end)
{
    double ns = (double)(end - begin), per_step = ns / (double)(steps + 1);
    double most = 4 * pacer->ns_per_step;
    pacer->debt -= (double)steps;
    pacer->credit_ns -= ns;
    pacer->resumed_ns = end;
    if (steps >= PACER_STEPS_MIN)
        pacer->ns_per_step = 0.9 * pacer->ns_per_step + 0.1 * (per_step < most ? per_step : most);
}

double
pacer_bytes_per_slice(const struct pacer *pacer, size_t runway, uint64_t done)
{
    double slices = pacer_remaining(pacer, done) * pacer->ns_per_step / (double)pacer->slice_ns;
    return (double)runway / (2 * slices + 1);
}

bool
pacer_is_late(const struct pacer *pacer, size_t runway, uint64_t done)
{
    return pacer_bytes_per_slice(pacer, runway, done) < LATE_BYTES;
}
