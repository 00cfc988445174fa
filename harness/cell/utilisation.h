/* utilisation.h -- the least share of any window of time that a thread had to itself.
 *
 * The measure is the minimum mutator utilisation of Cheng and Blelloch ("A parallel, real-time
 * garbage collector", 2001): over all windows of one length that lie within the timed part,
 * wherever they begin, the smallest share in which the thread was not held up.  The longest pause
 * does not say it: ten pauses of 1 ms with 0.1 ms between them are as bad as one of 10 ms.
 *
 * Times come in the order of their ends, as events do; one that lies inside a later one, or
 * overlaps it, is counted once.  One thread for itself uses a struct utilisation. */
#ifndef CELL_UTILISATION_H
#define CELL_UTILISATION_H

#include <stdbool.h>
#include <stdint.h>

enum utilisation_window {
    UTILISATION_1MS,
    UTILISATION_10MS,
    UTILISATION_100MS,
    UTILISATION_WINDOWS
};

enum { UTILISATION_SPANS = 1 << 14 };

/* A time in which the thread was held up. */
struct utilisation_span {
    uint64_t begin_ns, end_ns;
    uint64_t before_ns; /* held in all spans before this one */
};

/* Where one window stands; the indices only grow, but for spans that are merged. */
struct utilisation_slide {
    uint64_t left;     /* the span at which the window that ends with the newest one begins */
    uint64_t next;     /* the first span whose own window, which begins with it, is not over */
    uint64_t right;    /* the span at which the window of `next` ends */
    uint64_t worst_ns; /* the most that was held in any window so far */
    bool is_inexact;   /* more spans came within one window than there is room for */
};

/* All zero before utilisation_begin. */
struct utilisation {
    uint64_t begin_ns;      /* windows begin here at the earliest */
    uint64_t oldest, count; /* spans have indices; those kept are [oldest, count) */
    struct utilisation_slide slides[UTILISATION_WINDOWS];
    struct utilisation_span spans[UTILISATION_SPANS];
};

/* The timed part begins. */
void utilisation_begin(struct utilisation *utilisation, uint64_t begin_ns);

/* The thread was held up; what lies before the timed part does not count. */
void utilisation_hold(struct utilisation *utilisation, uint64_t begin_ns, uint64_t end_ns);

/* The timed part ends; no more is added. */
void utilisation_end(struct utilisation *utilisation, uint64_t end_ns);

/* Afterwards: the most that was held in any window of this length, in nanoseconds, and how long
 * the window is.  False: it is not known exactly, for want of room. */
bool utilisation_worst(const struct utilisation *utilisation, enum utilisation_window window,
                       uint64_t *held_ns);
uint64_t utilisation_window_ns(enum utilisation_window window);

#endif
