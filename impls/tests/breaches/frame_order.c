/* frame_order.c -- locals end with their block: longjmp past an MM_LOCALS leaves its roots
 * behind. */
#include <setjmp.h>

#include "breach.h"

static jmp_buf frame_target;

static void
frame_jump(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    mm_set(m, &locals->node, NULL);
    longjmp(frame_target, 1);
}

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    if (setjmp(frame_target) == 0)
        frame_jump(m);
}
