/* concurrent_pacer.h -- when a cycle must begin, and how much mutators must help, so that it ends
 * before they run out of room.  Arithmetic only: no lock, no clock, no heap.
 *
 * Like Go's pacer (GOGC and GOMEMLIMIT, 1.18) it weighs what mutators take while a step of marking
 * is done; unlike it the goal is not a size but the runway (parts/runway.h), which knows that free
 * cells of one kind are of no use to another.
 *
 *     expected = found + survival * born      bytes that the next cycle reaches
 *     steps    = expected * steps_per_byte
 *     needed   = bytes_per_ns * (MARGIN * steps * ns_per_step + LEAD_NS)
 *     usable   = runway - reserve
 *     x        = bytes_per_ns * left * ns_per_step / usable
 *     debt     = (x - 1) / bytes_per_ns / (1 + help_speed)
 *                                             ns of help for each byte taken, if x > 1
 *
 * A cycle begins when the runway is as short as `needed`.  If x is above 1, marking would end too
 * late.  A cycle that begins with less than is taken while it marks leaves a reserve, RESERVE of
 * the runway, for the next: what is taken meanwhile is not found dead before that one ends, so
 * without it cycles that are short of room have all of it and none in turns.
 *
 * Where that cannot be kept up from cycle to cycle it begins late (parts/late_begin.h), but early
 * enough for mutators that help as much as they may.
 *
 * A mutator that helps takes nothing meanwhile, and that is what the debt is reckoned by: of the
 * time until marking ends, left * ns_per_step, a share of 1 / x may be spent on taking bytes.  The
 * rest is as much shorter as marking is faster meanwhile: with an aide (parts/aide.h) by its speed,
 * which is learned; not by one who marks in turns with the thread, or looks on.
 *
 * What is measured rises at once and falls by half, so that one quiet cycle does not make the next
 * one late.  A cycle whose marking is slower than was learned is reckoned by its own speed as soon
 * as a sixteenth of it is done: cycles of large heaps take seconds, in which much may change. */
#ifndef CONCURRENT_PACER_H
#define CONCURRENT_PACER_H

#include <stdbool.h>

struct pacer {
    double steps_per_byte; /* that was reached */
    double ns_per_step;
    double bytes_per_ns;  /* that all mutators take when nothing holds them up */
    double survival;      /* share of what is born between two snapshots that the second reaches */
    double found_bytes;   /* reached by the last cycle */
    double runway_bytes;  /* when it ended */
    double taken_bytes;   /* while it ran */
    double help_per_byte; /* ns, the most that mutators can be made to help */
    double help_speed; /* of marking by who helps, in that of the thread, where there is an aide */
    bool aided;        /* there may be one in the running cycle, or in the last */
    double expected_steps; /* of the running cycle */
    double reserve_bytes;  /* of its runway */
};

/* What a cycle was like. */
struct pacer_cycle {
    double born_bytes;  /* between the snapshot before and this one's */
    double found_bytes; /* reached, without what was born while it ran */
    double steps;
    double taken_bytes;  /* born while it ran */
    double free_ns;      /* that it took, less the time for which mutators were held up */
    double runway_bytes; /* when it ended */
};

void pacer_init(struct pacer *pacer, double help_per_byte);

/* The runway at which a cycle must begin, if so much was born since the last snapshot. */
double pacer_needed_bytes(const struct pacer *pacer, double born_bytes);

/* Whether an aide is worth what it costs, if it is from steps of so many nanoseconds on. */
bool pacer_aide_pays(const struct pacer *pacer, double step_ns);

/* A cycle begins; who is held up marks beside the thread, or not. */
void pacer_begin(struct pacer *pacer, double born_bytes, double runway, bool aided);

/* How far marking is: so many steps, some of them by aides, so long after it began. */
struct pacer_progress {
    double steps, aided_steps, ns;
};

/* Nanoseconds of help that a mutator owes for each byte that it takes now. */
double pacer_debt_per_byte(const struct pacer *pacer, const struct pacer_progress *progress,
                           double runway);

/* So many steps took the thread so long. */
void pacer_learn_speed(struct pacer *pacer, double steps, double ns);

/* Mutators were held up for so long in an aided cycle, and marked so many steps beside the thread.
 */
void pacer_learn_help(struct pacer *pacer, double steps, double ns);

/* A cycle ended. */
void pacer_learn(struct pacer *pacer, const struct pacer_cycle *cycle);

#endif
