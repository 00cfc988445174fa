/* stops.c -- proves that a collector which stops the world tells how long it took until all
 * mutators stood still: for each stop that a second thread is late for there is one
 * MM_EVENT_TIME_TO_STOP that lasts from before the thread saw the flag until after it came by,
 * whoever asked for the stop; and those of one heap follow each other. */
#define _POSIX_C_SOURCE 200809L
#include "common.h"
#include "parts/events.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

enum {
    STOPS_MIN = 40, /* that the second thread was late for; half of them asked for by mm_collect */
    STOPS_MAX = 1 << 14,
    LATE_NS = 200000,
    GARBAGE_BYTES = 1000,
    LIMIT_BYTES = 12 << 20
};

struct stops_item {
    mm_ref next;
};
MM_TYPE(ITEM, struct stops_item, .ref_words = MM_WORD(struct stops_item, next),
        .tail = MM_TAIL_BYTES, .acyclic = true);

struct stops_late {
    uint64_t seen_ns, came_ns;
};

struct stops {
    struct mm_heap *heap;
    pthread_mutex_t lock;
    struct mm_event told[STOPS_MAX];
    size_t told_count;
    struct stops_late late[STOPS_MAX];
    unsigned late_count; /* atomic */
    bool there, over;    /* atomic: the second thread is a mutator; it may go */
};

static void
stops_event(void *user, const struct mm_event *event)
{
    struct stops *stops = user;
    if (event->kind != MM_EVENT_TIME_TO_STOP)
        return;
    pthread_mutex_lock(&stops->lock);
    mm_assert(stops->told_count < STOPS_MAX);
    stops->told[stops->told_count++] = *event;
    pthread_mutex_unlock(&stops->lock);
}

/* Comes by late whenever it is asked to. */
static void *
stops_second(void *user)
{
    struct stops *stops = user;
    struct mm_mutator *m = mm_attach(stops->heap);
    unsigned count = 0;
    MM_STORE_RELEASE(&stops->there, true);
    while (!MM_LOAD_ACQUIRE(&stops->over)) {
        if (!MM_LOAD_ACQUIRE(&m->stop))
            continue;
        if (count < STOPS_MAX) {
            stops->late[count].seen_ns = events_clock();
            nanosleep(&(struct timespec){ .tv_nsec = LATE_NS }, NULL);
            stops->late[count++].came_ns = events_clock();
        }
        mm_safepoint(m);
        MM_STORE_RELEASE(&stops->late_count, count);
    }
    mm_detach(m);
    return NULL;
}

/* Waits until the second thread has come by so often, and runs. */
static void
stops_await(struct stops *stops, struct mm_mutator *m, unsigned count)
{
    mm_park(m);
    while (!MM_LOAD_ACQUIRE(&stops->there) || MM_LOAD_ACQUIRE(&stops->late_count) < count)
        sched_yield();
    mm_unpark(m);
}

/* Stops the world, then goes on until the collector stopped it by itself as often. */
static __attribute__((noinline)) void
stops_first(struct stops *stops, struct mm_mutator *m)
{
    MM_LOCALS(m, kept);
    for (unsigned i = 1; i <= STOPS_MIN / 2; i++) {
        mm_collect(m);
        stops_await(stops, m, i);
    }
    for (uint32_t i = 0; MM_LOAD_ACQUIRE(&stops->late_count) < STOPS_MIN; i++) {
        mm_owned owned = mm_new_array(m, &ITEM, GARBAGE_BYTES);
        struct stops_item *item = mm_peek(owned);
        mm_init(m, item, &item->next, i % 4000 ? mm_get(locals->kept) : NULL);
        mm_take(m, &locals->kept, owned);
    }
}

static bool
stops_is_told(const struct stops *stops, const struct stops_late *late)
{
    for (size_t i = 0; i < stops->told_count; i++) {
        const struct mm_event *event = &stops->told[i];
        if (event->begin_ns <= late->seen_ns && event->end_ns >= late->came_ns)
            return true;
    }
    return false;
}

static void
stops_check(const struct stops *stops)
{
    for (size_t i = 0; i < stops->told_count; i++) {
        const struct mm_event *event = &stops->told[i];
        mm_assert(event->begin_ns && event->begin_ns <= event->end_ns);
        mm_assert(!i || event->begin_ns >= event[-1].end_ns);
        mm_assert(event->mutator == MM_NO_MUTATOR || event->mutator < 2);
    }
    for (unsigned i = 0; i < stops->late_count; i++)
        mm_assert(stops_is_told(stops, &stops->late[i]));
}

int
main(void)
{
    static struct stops stops = { .lock = PTHREAD_MUTEX_INITIALIZER };
    struct mm_config config = { .heap_bytes = LIMIT_BYTES, .cores = 2, .user = &stops };
    config.event = stops_event;
    stops.heap = mm_heap_create(&config);
    struct mm_mutator *m = mm_attach(stops.heap);
    pthread_t second;
    mm_assert(pthread_create(&second, NULL, stops_second, &stops) == 0);
    stops_await(&stops, m, 0);
    stops_first(&stops, m);
    MM_STORE_RELEASE(&stops.over, true);
    mm_park(m);
    pthread_join(second, NULL);
    mm_unpark(m);
    stops_check(&stops);
    printf("stops %s: %zu told, the second thread late for %u\n", MM_MANAGER.name, stops.told_count,
           stops.late_count);
    mm_assert(MM_MANAGER.tells_stops && stops.told_count >= stops.late_count);
    mm_detach(m);
    mm_heap_destroy(stops.heap);
    return 0;
}
