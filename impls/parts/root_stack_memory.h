/* root_stack_memory.h -- the slow half of root_stack.h: the memory of a stack of roots. */
#ifndef PARTS_ROOT_STACK_MEMORY_H
#define PARTS_ROOT_STACK_MEMORY_H

#include "mm.h"
#include "parts/pages.h"

/* A C stack of 8 MiB ends first: a frame with locals takes at least as much of it as of this,
 * unless it has more than 50 of them. */
#define ROOT_STACK_BYTES ((size_t)64 << 20)

/* False: no memory. */
bool root_stack_create(struct root_stack *roots, struct pages *pages);
void root_stack_destroy(struct root_stack *roots, struct pages *pages, size_t charged);

/* Counts the pages up to the top, beyond those counted before; false: no memory. */
bool root_stack_charge(const struct root_stack *roots, struct pages *pages, size_t *charged);

#endif
