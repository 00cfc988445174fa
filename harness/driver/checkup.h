/* checkup.h -- what on this machine makes results noisy: one finding a question. */
#ifndef DRIVER_CHECKUP_H
#define DRIVER_CHECKUP_H

#include <stddef.h>

#include "cells.h"

enum checkup_verdict {
    CHECKUP_FINE,
    CHECKUP_UNKNOWN, /* the machine does not say */
    CHECKUP_NOISY,
    CHECKUP_UNFIT /* results are wrong or worthless */
};

struct checkup_finding {
    const char *what, *value;
    enum checkup_verdict verdict;
    const char *why;  /* it matters */
    const char *mend; /* what to do about it */
};

enum { CHECKUP_MAX = 64 };

struct checkup {
    struct checkup_finding findings[CHECKUP_MAX];
    size_t count;
};

/* Looks at the machine, at the build, at missing packages and tools, and spins for a moment to
 * see how even its time is. */
void checkup_make(struct checkup *checkup, const struct cells *cells);

#endif
