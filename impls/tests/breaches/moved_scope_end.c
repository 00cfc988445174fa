/* moved_scope_end.c -- a borrowed view is no good after mm_scope_end, though its object is
 * rooted: objects may move. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct node *node = breach_take(m, &locals->node, 1);
    struct mm_scope scope = mm_scope_begin(m);
    node = mm_get(locals->node);
    mm_scope_end(m, scope);
    breach_look(node);
}
