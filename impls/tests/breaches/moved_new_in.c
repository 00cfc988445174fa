/* moved_new_in.c -- a borrowed view is no good after mm_new_in, though its object is rooted:
 * objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node, other);
    struct mm_scope scope = mm_scope_begin(m);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_take(m, &locals->other, mm_new_in(m, mm_scope_program(m), &NODE));
    breach_look(node);
    mm_scope_end(m, scope);
}
