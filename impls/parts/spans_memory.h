/* spans_memory.h -- what spans.c asks of spans_memory.c, of spans that are in its hand. */
#ifndef PARTS_SPANS_MEMORY_H
#define PARTS_SPANS_MEMORY_H

#include "parts/spans.h"

enum { SPAN_UNIT_PAGES = SPAN_UNIT_BYTES / PAGES_BYTES };

/* Notes in each entry of a span what its unit has, so that units may be dealt with one by one. */
void spans_note_units(struct span *span);

/* From what its entries note, the memory in front; what is behind a gap is returned. */
void spans_sum_up(struct spans *spans, struct span *span, uint32_t mutator);

/* Commits what the first `pages` lack, whose units' entries say what they have. */
bool spans_fill_to(struct spans *spans, struct span *span, uint32_t pages, uint32_t mutator);

/* Commits the first `need` bytes, and up to `want`; its entries say what its units have. */
bool spans_fill(struct spans *spans, struct span *span, size_t need, size_t want, uint32_t mutator);

/* Returns the memory of all units from `from` on, each run of them at once. */
void spans_drop_units(struct spans *spans, struct span *span, uint32_t from, uint32_t mutator);

#endif
