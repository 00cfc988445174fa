/* crew.c -- see crew.h. */
#include "crew.h"

#include "options.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct crew_worker {
    struct crew *crew;
    pthread_t id;
    unsigned thread;
    uint64_t sum; /* of the last part */
};

struct crew {
    pthread_mutex_t lock;
    pthread_cond_t started, ended;
    uint64_t round;   /* parts started so far */
    unsigned waiting; /* workers that have nothing to do */
    crew_part part;   /* NULL: go home */
    void *user;
    struct mm_heap *heap;
    unsigned count; /* workers */
    struct crew_worker workers[];
};

/* Waits, parked, for the part after round *seen. */
static crew_part
crew_next(struct crew *crew, struct mm_mutator *m, uint64_t *seen)
{
    mm_heap_park(m);
    pthread_mutex_lock(&crew->lock);
    if (++crew->waiting == crew->count)
        pthread_cond_signal(&crew->ended);
    while (crew->round == *seen)
        pthread_cond_wait(&crew->started, &crew->lock);
    *seen = crew->round;
    crew_part part = crew->part;
    pthread_mutex_unlock(&crew->lock);
    mm_heap_unpark(m);
    return part;
}

static void *
crew_worker_run(void *argument)
{
    struct crew_worker *worker = argument;
    struct crew *crew = worker->crew;
    struct mm_mutator *m = mm_attach(crew->heap);
    uint64_t seen = 0;
    crew_part part;
    while ((part = crew_next(crew, m, &seen)) != NULL)
        worker->sum = part(crew->user, m, worker->thread);
    mm_detach(m);
    return NULL;
}

/* The main thread waits for the workers, parked. */
static void
crew_wait(struct crew *crew, struct mm_mutator *m)
{
    mm_heap_park(m);
    pthread_mutex_lock(&crew->lock);
    while (crew->waiting < crew->count)
        pthread_cond_wait(&crew->ended, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
    mm_heap_unpark(m);
}

static void
crew_start(struct crew *crew, crew_part part)
{
    pthread_mutex_lock(&crew->lock);
    crew->part = part;
    crew->waiting = 0;
    crew->round++;
    pthread_cond_broadcast(&crew->started);
    pthread_mutex_unlock(&crew->lock);
}

struct crew *
crew_create(unsigned threads, struct mm_heap *heap, struct mm_mutator *m, void *user)
{
    if (threads == 1)
        return NULL;
    unsigned count = threads - 1;
    struct crew *crew = calloc(1, sizeof *crew + count * sizeof crew->workers[0]);
    if (!crew)
        cell_fail(CELL_ERROR, "no memory for %u threads", threads);
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->started, NULL);
    pthread_cond_init(&crew->ended, NULL);
    crew->user = user;
    crew->heap = heap;
    crew->count = count;
    for (unsigned i = 0; i < count; i++) {
        struct crew_worker *worker = &crew->workers[i];
        *worker = (struct crew_worker){ .crew = crew, .thread = i + 1 };
        int error = pthread_create(&worker->id, NULL, crew_worker_run, worker);
        if (error)
            cell_fail(CELL_ERROR, "thread %u of %u could not be started: %s; use fewer --threads",
                      i + 1, threads, strerror(error));
    }
    crew_wait(crew, m);
    return crew;
}

uint64_t
crew_run(struct crew *crew, struct mm_mutator *m, crew_part part, void *user)
{
    if (!crew)
        return part(user, m, 0);
    crew_start(crew, part);
    uint64_t sum = part(user, m, 0);
    crew_wait(crew, m);
    for (unsigned i = 0; i < crew->count; i++)
        sum += crew->workers[i].sum;
    return sum;
}

void
crew_destroy(struct crew *crew, struct mm_mutator *m)
{
    if (!crew)
        return;
    crew_start(crew, NULL);
    mm_heap_park(m);
    for (unsigned i = 0; i < crew->count; i++)
        pthread_join(crew->workers[i].id, NULL);
    mm_heap_unpark(m);
    pthread_cond_destroy(&crew->ended);
    pthread_cond_destroy(&crew->started);
    pthread_mutex_destroy(&crew->lock);
    free(crew);
}
