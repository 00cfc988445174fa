/* root_stack.c -- see root_stack.h: where the slots are.
 *
 * All of the stack may be touched from the start, since nothing checks its top; the pages behind
 * the highest top seen are what counts as held. */
#include "parts/root_stack_memory.h"

bool
root_stack_create(struct root_stack *roots, struct pages *pages)
{
    void *memory = pages_reserve(pages, ROOT_STACK_BYTES);
    if (!memory)
        return false;
    if (!pages_open(memory, ROOT_STACK_BYTES)) {
        pages_release(pages, memory, ROOT_STACK_BYTES, 0);
        return false;
    }
    roots->top = roots->bottom = memory;
    return true;
}

void
root_stack_destroy(struct root_stack *roots, struct pages *pages, size_t charged)
{
    pages_release(pages, roots->bottom, ROOT_STACK_BYTES, charged);
}

bool
root_stack_charge(const struct root_stack *roots, struct pages *pages, size_t *charged)
{
    size_t used = (size_t)((char *)roots->top - (char *)roots->bottom);
    size_t touched = (used + PAGES_BYTES) & ~(size_t)(PAGES_BYTES - 1);
    if (touched <= *charged)
        return true;
    if (!pages_charge(pages, touched - *charged))
        return false;
    *charged = touched;
    return true;
}
