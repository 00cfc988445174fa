/* no_root_of_thread.c -- a thread writes its own locals, and not those of another. */
#include <pthread.h>

#include "breach.h"

static void *
root_writer(void *slot)
{
    struct mm_mutator *m = mm_attach(breach_heap);
    mm_set(m, slot, NULL);
    mm_detach(m);
    return NULL;
}

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, node);
    mm_park(m);
    pthread_t thread;
    pthread_create(&thread, NULL, root_writer, &locals->node);
    pthread_join(thread, NULL);
    mm_unpark(m);
}
