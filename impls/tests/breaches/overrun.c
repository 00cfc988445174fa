/* overrun.c -- a program writes within its objects. */
#include "breach.h"

/* Behind the compiler's back. */
static void
breach_fill(void *start, size_t bytes)
{
    MM_OPAQUE(start);
    memset(start, 1, bytes);
}

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    struct node *node = breach_take(m, &locals->node, 1);
    breach_fill(&node->value, 2 * sizeof node->value);
    mm_take(m, &locals->other, mm_new(m, &NODE));
}
