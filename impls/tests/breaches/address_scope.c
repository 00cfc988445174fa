/* address_scope.c -- what was made in a scope is not read after its end, were it at once. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    struct mm_scope scope = mm_scope_begin(m);
    struct node *node = breach_take(m, &locals->node, 1);
    mm_store(m, node, &node->left, node); /* so that only the scope ends it */
    mm_set(m, &locals->node, NULL);
    mm_scope_end(m, scope);
    breach_look(node);
}
