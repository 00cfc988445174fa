/* resized_of_outer_scope.c -- mm_resize asks for an object of the innermost scope: an arena
 * extends it in place. */
#include "breach.h"

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, row);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, 2));
    struct mm_scope scope = mm_scope_begin(m);
    mm_resize(m, &locals->row, &ROW, 2, 4);
    mm_scope_end(m, scope);
}
