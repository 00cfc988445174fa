/* foreign.c -- a thread calls with its own mutator. */
#include <pthread.h>

#include "breach.h"

static void *
foreign_caller(void *mutator)
{
    mm_collect(mutator);
    return NULL;
}

void
breach_run(struct mm_mutator *m)
{
    pthread_t thread;
    pthread_create(&thread, NULL, foreign_caller, m);
    pthread_join(thread, NULL);
}
