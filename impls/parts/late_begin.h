/* late_begin.h -- when a cycle begins that marks beside the program, if the program is so fast that
 * no begin is early enough.
 *
 * Where marking would take more than LATE_HOPELESS times the whole runway at the program's speed,
 * mutators are held up whenever a cycle begins, and an early one buys nothing: all that is taken
 * while it marks stays until the next one ends, so cycle follows upon cycle.  It begins late then.
 */
#ifndef PARTS_LATE_BEGIN_H
#define PARTS_LATE_BEGIN_H

/* Of the runway when the last cycle ended. */
#define LATE_HOPELESS 1.3
#define LATE_SHARE 0.4

/* The runway at which the next cycle begins; `wanted` for one that holds nobody up. */
static inline double
late_begin(double wanted, double runway)
{
    return wanted > LATE_HOPELESS * runway ? LATE_SHARE * runway : wanted;
}

#endif
