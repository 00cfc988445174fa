/* recorder.c -- see recorder.h.
 *
 * A slot keeps its newest pauses apart, in order of their end, so that an outer event can still
 * take back the inner ones that came before it; the oldest go into the histogram when room is
 * needed.
 *
 * Invariants, of each slot:
 *   1. recent[0 .. recents) are in order of end_ns, and none lies inside another of its mutator
 *   2. every pause is either in recent or in pauses
 *   3. folded_ns is the end of the newest pause in pauses: an event that begins before it came too
 *      late to take back what lies inside, and is counted in lost_pauses
 *   4. if switched_ns is not 0, the kernel switched the thread between switched_after_ns and then,
 *      and not since, as far as the last look (looked_ns) saw
 *
 * Cost of an event: a few comparisons, the slides of utilisation.c, and a store if it is a pause or
 * all are kept; a look is a system call, at most one for each RECORDER_LOOK_NS and one for each
 * long pause. */
#include "recorder.h"

#include "system.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    RECORDER_SPARE_SLOTS = 4, /* for threads of a collector */
    RECORDER_RECENT = 1 << 12,
    RECORDER_KEPT = 1 << 19
};

struct recorder_pause {
    uint64_t begin_ns, end_ns;
    uint32_t mutator;
    bool is_disturbed;
};

struct recorder_kept {
    struct mm_event event;
    enum recorder_phase phase;
};

struct recorder_slot {
    size_t recents;
    uint64_t folded_ns, lost_pauses;
    uint64_t counts[MM_EVENT_KINDS]; /* in the timed part */
    uint64_t longest_stop_ns;        /* in it too */
    struct recorder_kept *kept;      /* NULL: events are not kept */
    size_t keeps;
    uint64_t lost_events;
    uint64_t looked_ns, switched_after_ns, switched_ns;
    long switches; /* of the thread, at the last look */
    struct recorder_disturbance disturbance;
    struct histogram pauses, stops;
    struct utilisation utilisation;
    struct recorder_pause recent[RECORDER_RECENT];
};

struct recorder {
    enum recorder_phase phase; /* atomic */
    uint64_t phase_begin_ns[RECORDER_PHASES];
    unsigned slots_taken, slots_count; /* taken: atomic, may exceed the count */
    uint64_t homeless;                 /* events of threads without a slot; atomic */
    struct histogram all, all_stops;
    struct recorder_slot slots[];
};

/* The calling thread's slot, and whose it is. */
static _Thread_local struct {
    const struct recorder *recorder;
    struct recorder_slot *slot;
} recorder_mine;

struct recorder *
recorder_create(unsigned threads, bool keep_all)
{
    unsigned count = threads + RECORDER_SPARE_SLOTS;
    struct recorder *recorder = system_map(sizeof *recorder + count * sizeof(struct recorder_slot));
    if (!recorder)
        return NULL;
    recorder->slots_count = count;
    histogram_init(&recorder->all);
    histogram_init(&recorder->all_stops);
    for (unsigned i = 0; i < count; i++) {
        struct recorder_slot *slot = &recorder->slots[i];
        histogram_init(&slot->pauses);
        histogram_init(&slot->stops);
        if (keep_all && !(slot->kept = system_map(RECORDER_KEPT * sizeof *slot->kept)))
            return NULL;
    }
    return recorder;
}

static struct recorder_slot *
recorder_slot(struct recorder *recorder)
{
    if (recorder_mine.recorder != recorder) {
        unsigned index = __atomic_fetch_add(&recorder->slots_taken, 1, __ATOMIC_RELAXED);
        recorder_mine.recorder = recorder;
        recorder_mine.slot = index < recorder->slots_count ? &recorder->slots[index] : NULL;
    }
    return recorder_mine.slot;
}

static void
recorder_judge(struct recorder_disturbance *disturbance, const struct recorder_pause *pause)
{
    uint64_t ns = pause->end_ns - pause->begin_ns;
    disturbance->disturbed += pause->is_disturbed;
    disturbance->undisturbed += !pause->is_disturbed;
    if (!pause->is_disturbed && ns > disturbance->undisturbed_max_ns)
        disturbance->undisturbed_max_ns = ns;
}

static void
recorder_fold(struct recorder_slot *slot, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        histogram_record(&slot->pauses, slot->recent[i].end_ns - slot->recent[i].begin_ns);
        recorder_judge(&slot->disturbance, &slot->recent[i]);
    }
    if (count)
        slot->folded_ns = slot->recent[count - 1].end_ns;
    slot->recents -= count;
    memmove(slot->recent, slot->recent + count, slot->recents * sizeof slot->recent[0]);
}

static void
recorder_pause(struct recorder_slot *slot, const struct recorder_pause *pause)
{
    size_t first = slot->recents;
    while (first > 0 && slot->recent[first - 1].end_ns > pause->begin_ns)
        first--;
    size_t kept = first;
    for (size_t i = first; i < slot->recents; i++)
        if (slot->recent[i].mutator != pause->mutator || slot->recent[i].begin_ns < pause->begin_ns)
            slot->recent[kept++] = slot->recent[i];
    slot->recents = kept;
    if (pause->begin_ns < slot->folded_ns)
        slot->lost_pauses++;
    if (slot->recents == RECORDER_RECENT)
        recorder_fold(slot, RECORDER_RECENT / 2);
    slot->recent[slot->recents++] = *pause;
}

/* Asks the kernel whether it took the processor from this thread since the last look. */
static void
recorder_look(struct recorder_slot *slot, uint64_t now_ns)
{
    long switches = system_thread_switches();
    if (switches != slot->switches) {
        slot->switched_after_ns = slot->looked_ns;
        slot->switched_ns = now_ns;
    }
    slot->switches = switches;
    slot->looked_ns = now_ns;
}

/* Whether a pause that has just ended was disturbed. */
static bool
recorder_is_disturbed(struct recorder_slot *slot, const struct mm_event *event)
{
    if (event->end_ns - event->begin_ns < RECORDER_LONG_NS)
        return false;
    recorder_look(slot, event->end_ns);
    return slot->switched_ns > event->begin_ns &&
           slot->switched_after_ns + RECORDER_LOOK_NS >= event->begin_ns;
}

static bool
recorder_holds_up(const struct mm_event *event)
{
    return event->kind <= MM_EVENT_FALLBACK && event->mutator != MM_NO_MUTATOR;
}

static void
recorder_held_up(const struct recorder *recorder, struct recorder_slot *slot,
                 const struct mm_event *event)
{
    uint64_t ns = event->end_ns - event->begin_ns;
    utilisation_hold(&slot->utilisation, event->begin_ns, event->end_ns);
    if (event->begin_ns < recorder->phase_begin_ns[RECORDER_TIMED])
        return;
    if (event->kind == MM_EVENT_STOP && ns > slot->longest_stop_ns)
        slot->longest_stop_ns = ns;
    if (ns < RECORDER_PAUSE_NS)
        return;
    recorder_pause(slot, &(struct recorder_pause){ event->begin_ns, event->end_ns, event->mutator,
                                                   recorder_is_disturbed(slot, event) });
}

uint64_t
recorder_begin(void *user, uint64_t now_ns)
{
    struct recorder_slot *slot = recorder_slot(user);
    if (!slot || now_ns - slot->looked_ns < RECORDER_LOOK_NS)
        return now_ns;
    recorder_look(slot, now_ns);
    return system_clock();
}

void
recorder_event(void *user, const struct mm_event *event)
{
    struct recorder *recorder = user;
    struct recorder_slot *slot = recorder_slot(recorder);
    enum recorder_phase phase = __atomic_load_n(&recorder->phase, __ATOMIC_ACQUIRE);
    if (!slot) {
        __atomic_fetch_add(&recorder->homeless, 1, __ATOMIC_RELAXED);
        return;
    }
    if (slot->kept && slot->keeps < RECORDER_KEPT)
        slot->kept[slot->keeps++] = (struct recorder_kept){ *event, phase };
    else if (slot->kept)
        slot->lost_events++;
    if (phase != RECORDER_TIMED)
        return;
    slot->counts[event->kind]++;
    if (recorder_holds_up(event))
        recorder_held_up(recorder, slot, event);
    else if (event->kind == MM_EVENT_TIME_TO_STOP &&
             event->begin_ns >= recorder->phase_begin_ns[RECORDER_TIMED])
        histogram_record(&slot->stops, event->end_ns - event->begin_ns);
}

void
recorder_phase(struct recorder *recorder, enum recorder_phase phase)
{
    recorder->phase_begin_ns[phase] = system_clock();
    for (unsigned i = 0; phase == RECORDER_TIMED && i < recorder->slots_count; i++)
        utilisation_begin(&recorder->slots[i].utilisation, recorder->phase_begin_ns[phase]);
    __atomic_store_n(&recorder->phase, phase, __ATOMIC_RELEASE);
}

const struct histogram *
recorder_pauses(struct recorder *recorder)
{
    for (unsigned i = 0; i < recorder->slots_count; i++) {
        struct recorder_slot *slot = &recorder->slots[i];
        recorder_fold(slot, slot->recents);
        histogram_merge(&recorder->all, &slot->pauses);
        histogram_init(&slot->pauses);
    }
    return &recorder->all;
}

const struct histogram *
recorder_stops(struct recorder *recorder)
{
    for (unsigned i = 0; i < recorder->slots_count; i++) {
        histogram_merge(&recorder->all_stops, &recorder->slots[i].stops);
        histogram_init(&recorder->slots[i].stops);
    }
    return &recorder->all_stops;
}

struct recorder_disturbance
recorder_disturbance(const struct recorder *recorder)
{
    struct recorder_disturbance all = { .disturbed = 0 };
    for (unsigned i = 0; i < recorder->slots_count; i++) {
        const struct recorder_disturbance *one = &recorder->slots[i].disturbance;
        all.disturbed += one->disturbed;
        all.undisturbed += one->undisturbed;
        if (one->undisturbed_max_ns > all.undisturbed_max_ns)
            all.undisturbed_max_ns = one->undisturbed_max_ns;
    }
    return all;
}

const char *
recorder_utilisation(struct recorder *recorder, enum utilisation_window window, double *percent)
{
    uint64_t begin_ns = recorder->phase_begin_ns[RECORDER_TIMED];
    uint64_t end_ns = recorder->phase_begin_ns[RECORDER_TEARDOWN];
    uint64_t window_ns = utilisation_window_ns(window), worst_ns = 0;
    if (end_ns - begin_ns < window_ns)
        return "the timed part is shorter than this";
    for (unsigned i = 0; i < recorder->slots_count; i++) {
        struct utilisation *utilisation = &recorder->slots[i].utilisation;
        uint64_t held_ns;
        utilisation_end(utilisation, end_ns);
        if (!utilisation_worst(utilisation, window, &held_ns))
            return "more events came than the recorder has room for";
        worst_ns = held_ns > worst_ns ? held_ns : worst_ns;
    }
    *percent = 100 - 100 * (double)worst_ns / (double)window_ns;
    return NULL;
}

uint64_t
recorder_count(const struct recorder *recorder, enum mm_event_kind kind)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < recorder->slots_count; i++)
        count += recorder->slots[i].counts[kind];
    return count;
}

uint64_t
recorder_longest_stop(const struct recorder *recorder)
{
    uint64_t longest = 0;
    for (unsigned i = 0; i < recorder->slots_count; i++)
        if (recorder->slots[i].longest_stop_ns > longest)
            longest = recorder->slots[i].longest_stop_ns;
    return longest;
}

uint64_t
recorder_lost_pauses(const struct recorder *recorder)
{
    uint64_t count = recorder->homeless;
    for (unsigned i = 0; i < recorder->slots_count; i++)
        count += recorder->slots[i].lost_pauses;
    return count;
}

uint64_t
recorder_lost_events(const struct recorder *recorder)
{
    uint64_t count = recorder->homeless;
    for (unsigned i = 0; i < recorder->slots_count; i++)
        count += recorder->slots[i].lost_events;
    return count;
}

uint64_t
recorder_homeless(const struct recorder *recorder)
{
    return recorder->homeless;
}

/* -- The file ----------------------------------------------------------------- */

const char *
recorder_phase_name(enum recorder_phase phase)
{
    static const char *const names[RECORDER_PHASES] = { "before", "setup",    "cold",
                                                        "timed",  "teardown", "ended" };
    return names[phase];
}

static const char *
recorder_kind_name(enum mm_event_kind kind)
{
    static const char *const names[MM_EVENT_KINDS] = {
        [MM_EVENT_STOP] = "stop",
        [MM_EVENT_MARK_SLICE] = "mark_slice",
        [MM_EVENT_SWEEP_SLICE] = "sweep_slice",
        [MM_EVENT_ASSIST] = "assist",
        [MM_EVENT_CASCADE] = "cascade",
        [MM_EVENT_CYCLES] = "cycles",
        [MM_EVENT_RESET] = "reset",
        [MM_EVENT_PAGE_REQUEST] = "page_request",
        [MM_EVENT_PAGE_RETURN] = "page_return",
        [MM_EVENT_FALLBACK] = "fallback",
        [MM_EVENT_TIME_TO_STOP] = "time_to_stop",
    };
    return names[kind];
}

static void
recorder_write_event(const struct recorder_kept *kept, unsigned slot, FILE *file)
{
    const struct mm_event *event = &kept->event;
    fprintf(file, "{\"type\":\"event\",\"kind\":\"%s\",\"phase\":\"%s\",\"slot\":%u,",
            recorder_kind_name(event->kind), recorder_phase_name(kept->phase), slot);
    if (event->mutator == MM_NO_MUTATOR)
        fputs("\"mutator\":null,", file);
    else
        fprintf(file, "\"mutator\":%" PRIu32 ",", event->mutator);
    fprintf(file, "\"begin_ns\":%" PRIu64 ",\"end_ns\":%" PRIu64 ",\"bytes\":%" PRIu64 "}\n",
            event->begin_ns, event->end_ns, event->bytes);
}

void
recorder_write(const struct recorder *recorder, FILE *file)
{
    for (unsigned phase = RECORDER_SETUP; phase < RECORDER_PHASES; phase++)
        fprintf(file, "{\"type\":\"phase\",\"phase\":\"%s\",\"begin_ns\":%" PRIu64 "}\n",
                recorder_phase_name((enum recorder_phase)phase), recorder->phase_begin_ns[phase]);
    for (unsigned i = 0; i < recorder->slots_count; i++)
        for (size_t k = 0; k < recorder->slots[i].keeps; k++)
            recorder_write_event(&recorder->slots[i].kept[k], i, file);
    fprintf(file, "{\"type\":\"lost\",\"events\":%" PRIu64 "}\n", recorder_lost_events(recorder));
}
