/* late_begin.h -- when a cycle begins that marks beside the program, if the program is so fast that
 * no begin is early enough.
 *
 * What is taken while a cycle marks stays until the next one ends.  So of what would be free at the
 * end of a cycle beside which nothing was taken, one half at most may be taken during each: a cycle
 * that must begin with more finds less than it needs the next time, and begins at once.  Then
 * mutators are held up whatever is done, and an early begin only costs cycles: to begin with a
 * share s of the runway takes 1 + s times as many as to stop the world.  It begins late then. */
#ifndef PARTS_LATE_BEGIN_H
#define PARTS_LATE_BEGIN_H

#define LATE_HOPELESS 0.5 /* of what would be free */
#define LATE_SHARE 0.2    /* of the runway when the last cycle ended */

/* The runway at which the next cycle begins; `wanted` for one that holds nobody up, `runway` when
 * the last one ended, and `black` what was taken while that one marked. */
static inline double
late_begin(double wanted, double runway, double black)
{
    return wanted > LATE_HOPELESS * (runway + black) ? LATE_SHARE * runway : wanted;
}

#endif
