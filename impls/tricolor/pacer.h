/* pacer.h -- when a cycle begins, how much is marked for what is allocated, and when that may be:
 * arithmetic alone, in bytes, steps and nanoseconds.
 *
 * Marking is spread evenly over the runway: each byte that is handed out owes its share of the
 * steps that remain, and a slice pays.  Where allocation comes in bursts, so would slices; so each
 * slice must also be covered by credit, which grows with the time that mutators run.  The share is
 * such that they have more than half of the time in every 10 ms, and it rises only if what remains
 * would not fit the runway otherwise.  A cycle begins early enough for that, as far as there is
 * room: it needs as many bytes as are allocated while all that lives is marked.
 *
 * README.md has the formulas.  Cost: some multiplications a call. */
#ifndef TRICOLOR_PACER_H
#define TRICOLOR_PACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACER_STEPS_MIN = 1024 /* of a slice; less debt than that is put off */ };

struct pacer {
    uint64_t slice_ns; /* aimed at: two thirds of the longest */
    size_t trigger;    /* a cycle begins when the runway is as short as this */
    bool is_forced;    /* the mutators' share cannot be kept, or it begins late */
    /* Learnt. */
    double steps_last;     /* of the last cycle */
    double steps_per_byte; /* that was found reachable, in the last cycles */
    double survival;       /* how much of what is made until a cycle begins is found reachable */
    double ns_per_step;    /* in the last slices */
    double bytes_per_ns;   /* handed out, of the time that mutators ran */
    double margin;         /* how much earlier than reckoned a cycle begins */
    /* Of the running cycle. */
    uint64_t fresh_bytes; /* made since the one before it began */
    double steps_likely;  /* if as much survives as lately */
    double steps_most;    /* if all does */
    double debt;          /* steps */
    double credit_ns;
    /* Since the last cycle ended. */
    uint64_t paid_bytes;  /* handed out, for which marking was reckoned */
    uint64_t start_bytes; /* handed out until the cycle began */
    size_t start_runway;  /* when it did */
    uint64_t mutator_ns;
    uint64_t resumed_ns; /* when mutators last began to run */
};

void pacer_init(struct pacer *pacer, unsigned slice_us, size_t runway, uint64_t now);

/* A cycle begins, after so many bytes since the last one ended; it is `now`. */
void pacer_begin(struct pacer *pacer, uint64_t handed_bytes, size_t runway, uint64_t now);

/* It ends, with so much of the runway left: `live_bytes` are marked. */
void pacer_end(struct pacer *pacer, uint64_t handed_bytes, size_t runway, uint64_t live_bytes,
               uint64_t steps);

/* Decides when the next one begins, with so much runway now. */
void pacer_set_trigger(struct pacer *pacer, size_t runway);

/* For what was handed out, and for `bytes` that are about to be: more debt. */
void pacer_owe(struct pacer *pacer, uint64_t handed_bytes, size_t bytes, size_t runway,
               uint64_t done);

/* How many steps a slice may take that begins now, with `done` behind it; 0: none is due. */
uint64_t pacer_steps(struct pacer *pacer, size_t runway, uint64_t done, uint64_t now);

/* A slice of so many steps took from begin to end. */
void pacer_pay(struct pacer *pacer, uint64_t steps, uint64_t begin, uint64_t end);

/* Bytes that may be handed out before the next slice: so many that twice the slices which are
 * needed fit the runway. */
double pacer_bytes_per_slice(const struct pacer *pacer, size_t runway, uint64_t done);

/* Whether the runway is so short that slices follow each other whatever share that leaves. */
bool pacer_is_late(const struct pacer *pacer, size_t runway, uint64_t done);

#endif
