/* exhausted.c -- the end of a cell whose heap does not suffice: a result, not an error. */
#include "options.h"

#include <stdio.h>
#include <unistd.h>

/* Several threads may come here at once: the first one speaks, the others wait for the end.
 * Nothing is flushed, so that no half of a report gets out. */
void
mm_exhausted(size_t bytes, size_t limit)
{
    static bool speaking;
    char line[96];
    if (__atomic_exchange_n(&speaking, true, __ATOMIC_RELAXED))
        for (;;)
            pause();
    int length = snprintf(line, sizeof line, "exhausted: %zu bytes asked, limit %zu%s\n", bytes,
                          limit, limit ? "" : " (the system refused)");
    ssize_t written = write(STDERR_FILENO, line, (size_t)length);
    (void)written;
    _exit(CELL_EXHAUSTED);
}
