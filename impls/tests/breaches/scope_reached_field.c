/* scope_reached_field.c -- no object outside refers to what was made in a scope when it ends. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, outer, inner);
    breach_take(m, &locals->outer, 1);
    struct mm_scope scope = mm_scope_begin(m);
    breach_take(m, &locals->inner, 2);
    struct node *outer = mm_get(locals->outer);
    mm_store(m, outer, &outer->left, mm_get(locals->inner));
    mm_set(m, &locals->inner, NULL);
    mm_scope_end(m, scope);
}
