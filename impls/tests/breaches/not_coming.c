/* not_coming.c -- a thread that waits parks, or a collector waits for it. */
#include <pthread.h>

#include "breach.h"

static void *
coming_attacher(void *nothing)
{
    struct mm_mutator *m = mm_attach(breach_heap);
    mm_detach(m);
    return nothing;
}

void
breach_run(struct mm_mutator *m)
{
    pthread_t thread;
    pthread_create(&thread, NULL, coming_attacher, NULL);
    pthread_join(thread, NULL);
    mm_safepoint(m);
}
