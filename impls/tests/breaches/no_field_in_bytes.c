/* no_field_in_bytes.c -- bytes hold no references. */
#include "breach.h"

MM_TYPE(BYTES, struct row, .tail = MM_TAIL_BYTES);

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, bytes);
    mm_take(m, &locals->bytes, mm_new_array(m, &BYTES, 64));
    void *bytes = mm_get(locals->bytes);
    mm_store(m, bytes, (mm_ref *)mm_tail(&BYTES, bytes), bytes);
}
