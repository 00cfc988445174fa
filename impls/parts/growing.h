/* growing.h -- an array that grows in place, in address space reserved for it: tables, stacks
 * and buffers of a manager, counted in its limit. */
#ifndef PARTS_GROWING_H
#define PARTS_GROWING_H

#include "parts/pages.h"

struct growing {
    char *base;
    size_t committed, reserved; /* bytes */
};

/* Reserves; false if the system refuses. */
bool growing_init(struct growing *growing, const struct pages *pages, size_t reserved);

/* Makes the first `need` bytes usable, and as many up to `want` as there may be; false, with
 * nothing changed, if the limit, the system or the reserve forbids it. */
bool growing_ensure(struct growing *growing, struct pages *pages, size_t need, size_t want);

/* Returns what is behind the first `keep` bytes, to whole pages; says how many bytes that was. */
size_t growing_shrink(struct growing *growing, struct pages *pages, size_t keep);

void growing_release(struct growing *growing, struct pages *pages);

#endif
