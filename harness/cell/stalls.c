/* stalls.c -- the harness's half of a probe build; in any other build nothing here is called.
 *
 * A thread makes its list at its first stall; lists are never given back, since they are read when
 * all threads have ended.  A list that is full says so: it drops nothing silently. */
#include "stalls.h"

#include "parts/probe/probe.h"
#include "system.h"

#include <inttypes.h>
#include <stdbool.h>

enum { STALLS_KEPT = 1 << 18, STALLS_THREADS = 64 };

struct stall {
    struct probe_stall call;
    uint64_t ordinal;  /* among the calls of its thread, from 1 */
    uint64_t switches; /* involuntary, during it or within PROBE_LOOK_NS before it */
    enum recorder_phase phase;
};

struct stalls_list {
    size_t count;
    uint64_t lost;
    struct stall stalls[STALLS_KEPT];
};

_Thread_local struct probe_thread probe_thread;

static struct stalls_list *stalls_lists[STALLS_THREADS];
static unsigned stalls_threads;        /* atomic; may exceed STALLS_THREADS */
static enum recorder_phase stalls_now; /* atomic */
static struct histogram stalls_histogram;

static _Thread_local struct stalls_list *stalls_mine;
static _Thread_local unsigned stalls_thread;
static _Thread_local bool stalls_known;    /* whether this thread has asked for a list */
static _Thread_local long stalls_switches; /* of this thread, at the last look */

uint64_t
probe_clock(void)
{
    return system_clock();
}

void
probe_look(uint64_t now)
{
    probe_thread.looked_ns = now;
    stalls_switches = system_thread_switches();
}

static struct stalls_list *
stalls_list(void)
{
    if (!stalls_known) {
        stalls_known = true;
        stalls_thread = __atomic_fetch_add(&stalls_threads, 1, __ATOMIC_RELAXED);
        if (stalls_thread < STALLS_THREADS) {
            stalls_mine = system_map(sizeof *stalls_mine);
            stalls_lists[stalls_thread] = stalls_mine;
        }
    }
    return stalls_mine;
}

void
probe_keep(const struct probe_stall *stall)
{
    long before = stalls_switches;
    probe_look(stall->end_ns);
    struct stalls_list *list = stalls_list();
    if (!list)
        return;
    if (list->count == STALLS_KEPT) {
        list->lost++;
        return;
    }
    list->stalls[list->count++] = (struct stall){
        .call = *stall,
        .ordinal = probe_thread.calls,
        .switches = (uint64_t)(stalls_switches - before),
        .phase = __atomic_load_n(&stalls_now, __ATOMIC_ACQUIRE),
    };
}

void
stalls_phase(enum recorder_phase phase)
{
    __atomic_store_n(&stalls_now, phase, __ATOMIC_RELEASE);
}

/* How many lists there are; lost: whether some stalls have none. */
static unsigned
stalls_lists_count(bool *lost)
{
    unsigned count = stalls_threads < STALLS_THREADS ? stalls_threads : STALLS_THREADS;
    *lost = stalls_threads > STALLS_THREADS;
    for (unsigned i = 0; i < count; i++)
        *lost = *lost || !stalls_lists[i] || stalls_lists[i]->lost > 0;
    return count;
}

const struct histogram *
stalls_taken(const char **missing)
{
    bool lost;
    unsigned count = stalls_lists_count(&lost);
    if (probe_thread.calls == 0)
        *missing = "only a probe build sees stalls";
    else if (lost)
        *missing = "more stalls came than there is room for";
    if (probe_thread.calls == 0 || lost)
        return NULL;
    histogram_init(&stalls_histogram);
    for (unsigned i = 0; i < count; i++)
        for (size_t k = 0; k < stalls_lists[i]->count; k++) {
            const struct stall *stall = &stalls_lists[i]->stalls[k];
            if (stall->phase == RECORDER_TIMED)
                histogram_record(&stalls_histogram, stall->call.end_ns - stall->call.begin_ns);
        }
    return &stalls_histogram;
}

static void
stalls_write_one(const struct stall *stall, unsigned thread, FILE *file)
{
    fprintf(file, "{\"type\":\"stall\",\"call\":\"%s\",\"place\":\"%s\",\"thread\":%u,",
            stall->call.call, stall->call.place, thread);
    fprintf(file,
            "\"ordinal\":%" PRIu64 ",\"phase\":\"%s\",\"bytes\":%zu,\"switches\":%" PRIu64 ",",
            stall->ordinal, recorder_phase_name(stall->phase), stall->call.bytes, stall->switches);
    fprintf(file, "\"begin_ns\":%" PRIu64 ",\"end_ns\":%" PRIu64 "}\n", stall->call.begin_ns,
            stall->call.end_ns);
}

void
stalls_write(FILE *file)
{
    bool lost;
    unsigned count = stalls_lists_count(&lost);
    for (unsigned i = 0; i < count; i++)
        for (size_t k = 0; stalls_lists[i] && k < stalls_lists[i]->count; k++)
            stalls_write_one(&stalls_lists[i]->stalls[k], i, file);
    if (lost)
        fputs("{\"type\":\"lost\",\"stalls\":true}\n", file);
}
