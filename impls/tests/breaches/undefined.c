/* undefined.c -- all bytes but the references of a new object are undefined. */
#include "breach.h"

struct holder {
    const char *name;
};
MM_TYPE(HOLDER, struct holder);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, holder);
    mm_take(m, &locals->holder, mm_new(m, &HOLDER));
    struct holder *holder = mm_get(locals->holder);
    const volatile char *name = holder->name;
    (void)*name;
}
