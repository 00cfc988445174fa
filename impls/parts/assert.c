/* assert.c -- see assert.h. */
#include "parts/assert.h"

#include <stdio.h>
#include <stdlib.h>

void
mm_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: this must hold: %s\n", file, line, condition);
    abort();
}
