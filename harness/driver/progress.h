/* progress.h -- how far a race is: a bar with the time left on a terminal, else a line every ten
 * seconds; always on standard error. */
#ifndef DRIVER_PROGRESS_H
#define DRIVER_PROGRESS_H

#include <stddef.h>

/* Starts counting to `total` steps.  At a time limit, in seconds, the end comes sooner; 0: none. */
void progress_begin(size_t total, double limit_s);

/* `done` steps are over, `what` comes next. */
void progress_show(size_t done, const char *what);

/* Takes the bar from the screen, so that a line can be written; progress_show brings it back. */
void progress_clear(void);
void progress_end(void);

/* Seconds of a clock that only goes forward. */
double progress_clock(void);

#endif
