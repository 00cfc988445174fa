/* recorder_test.c -- pauses are counted once, of the timed part alone, from several threads; what
 * there was no room for is told; a pause is disturbed if a switch is known to lie in it. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recorder.h"
#include "system.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { US = 1000 };

/* Times below are in microseconds after the timed part began. */
static uint64_t timed_ns;

static void
emit(struct recorder *recorder, enum mm_event_kind kind, uint32_t mutator, uint64_t begin_us,
     uint64_t end_us)
{
    struct mm_event event = {
        .kind = kind,
        .mutator = mutator,
        .begin_ns = timed_ns + begin_us * US,
        .end_ns = timed_ns + end_us * US,
    };
    recorder_event(recorder, &event);
}

static struct recorder *
begin(bool keep_all)
{
    struct recorder *recorder = recorder_create(2, keep_all);
    assert_non_null(recorder);
    recorder_phase(recorder, RECORDER_SETUP);
    recorder_phase(recorder, RECORDER_COLD);
    recorder_phase(recorder, RECORDER_TIMED);
    timed_ns = system_clock();
    return recorder;
}

static void
test_nested_events_are_one_pause(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    emit(recorder, MM_EVENT_PAGE_REQUEST, 0, 110, 130);
    emit(recorder, MM_EVENT_SWEEP_SLICE, 0, 140, 170);
    emit(recorder, MM_EVENT_STOP, 0, 100, 200);
    emit(recorder, MM_EVENT_MARK_SLICE, 0, 300, 350);
    const struct histogram *pauses = recorder_pauses(recorder);
    assert_int_equal(pauses->count, 2);
    assert_int_equal(pauses->sum, 150 * US);
    assert_int_equal(pauses->max, 100 * US);
    assert_int_equal(recorder_count(recorder, MM_EVENT_SWEEP_SLICE), 1);
    assert_int_equal(recorder_lost_pauses(recorder), 0);
}

static void
test_other_mutators_have_pauses_of_their_own(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    emit(recorder, MM_EVENT_MARK_SLICE, 1, 110, 130);
    emit(recorder, MM_EVENT_STOP, 0, 100, 200);
    assert_int_equal(recorder_pauses(recorder)->count, 2);
}

static void
test_what_is_no_pause(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    emit(recorder, MM_EVENT_RESET, 0, 10, 19);                  /* too short */
    emit(recorder, MM_EVENT_MARK_SLICE, MM_NO_MUTATOR, 20, 90); /* a collector's own thread */
    emit(recorder, MM_EVENT_TIME_TO_STOP, 0, 100, 150);         /* tells, does not hold up */
    assert_int_equal(recorder_pauses(recorder)->count, 0);
    assert_int_equal(recorder_count(recorder, MM_EVENT_TIME_TO_STOP), 1);
}

/* Who waits until a collector that fell behind has ended its cycle waits once, whatever happens
 * meanwhile; a stop that covers it is the same wait. */
static void
test_a_fallback_is_one_pause(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    emit(recorder, MM_EVENT_STOP, 0, 110, 130);
    emit(recorder, MM_EVENT_STOP, 0, 1000, 1030);
    emit(recorder, MM_EVENT_FALLBACK, 0, 100, 2100);
    emit(recorder, MM_EVENT_FALLBACK, 0, 3000, 3500);
    emit(recorder, MM_EVENT_STOP, 0, 3000, 3501);
    assert_int_equal(recorder_count(recorder, MM_EVENT_FALLBACK), 2);
    assert_int_equal(recorder_pauses(recorder)->count, 2);
    assert_int_equal(recorder_pauses(recorder)->sum, 2501 * US);
}

/* What holds up one mutator is no stop of the world, however long; a stop inside it is one, however
 * short. */
static void
test_longest_stop(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    assert_int_equal(recorder_longest_stop(recorder), 0);
    emit(recorder, MM_EVENT_ASSIST, 0, 100, 900);
    assert_int_equal(recorder_longest_stop(recorder), 0);
    emit(recorder, MM_EVENT_STOP, 0, 1100, 1103);
    emit(recorder, MM_EVENT_STOP, 0, 1200, 1202);
    emit(recorder, MM_EVENT_FALLBACK, 0, 1000, 2000);
    assert_int_equal(recorder_longest_stop(recorder), 3 * US);
}

/* The time until the world stood still is no hold-up, however long: who waited says so itself. */
static void
test_time_to_stop_is_a_distribution_of_its_own(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    emit(recorder, MM_EVENT_TIME_TO_STOP, 0, 100, 400);
    emit(recorder, MM_EVENT_TIME_TO_STOP, MM_NO_MUTATOR, 500, 501); /* shorter than a pause */
    emit(recorder, MM_EVENT_STOP, 0, 600, 700);
    emit(recorder, MM_EVENT_TIME_TO_STOP, 0, 710, 730);
    recorder_phase(recorder, RECORDER_TEARDOWN);
    emit(recorder, MM_EVENT_TIME_TO_STOP, 0, 800, 2000);
    const struct histogram *stops = recorder_stops(recorder);
    assert_int_equal(stops->count, 3);
    assert_int_equal(stops->min, 1 * US);
    assert_int_equal(stops->max, 300 * US);
    assert_int_equal(recorder_pauses(recorder)->count, 1);
    assert_int_equal(recorder_pauses(recorder)->max, 100 * US);
    assert_int_equal(recorder_homeless(recorder), 0);
}

/* One that was asked for before the timed part belongs to what was before. */
static void
test_time_to_stop_of_before_does_not_count(void **state)
{
    (void)state;
    uint64_t before_ns = system_clock();
    struct recorder *recorder = begin(false);
    timed_ns = before_ns;
    emit(recorder, MM_EVENT_TIME_TO_STOP, 0, 0, 1000000);
    assert_int_equal(recorder_stops(recorder)->count, 0);
}

static void
test_only_the_timed_part_counts(void **state)
{
    (void)state;
    struct recorder *recorder = recorder_create(1, false);
    assert_non_null(recorder);
    timed_ns = system_clock();
    recorder_phase(recorder, RECORDER_SETUP);
    emit(recorder, MM_EVENT_STOP, 0, 0, 50);
    recorder_phase(recorder, RECORDER_COLD);
    emit(recorder, MM_EVENT_STOP, 0, 60, 90);
    recorder_phase(recorder, RECORDER_TIMED);
    timed_ns = system_clock();
    emit(recorder, MM_EVENT_STOP, 0, 100, 120);
    recorder_phase(recorder, RECORDER_TEARDOWN);
    emit(recorder, MM_EVENT_STOP, 0, 200, 300);
    assert_int_equal(recorder_pauses(recorder)->count, 1);
    assert_int_equal(recorder_count(recorder, MM_EVENT_STOP), 1);
}

/* More pauses than a slot keeps apart: none is lost, unless an outer one comes far too late. */
static void
test_many_pauses(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    struct recorder *recorder = begin(false);
    for (uint64_t i = 0; i < MANY; i++)
        emit(recorder, MM_EVENT_MARK_SLICE, 0, 100 * i, 100 * i + 20);
    assert_int_equal(recorder_lost_pauses(recorder), 0);
    emit(recorder, MM_EVENT_STOP, 0, 0, UINT64_C(100) * MANY);
    assert_int_equal(recorder_lost_pauses(recorder), 1);
    struct recorder *again = begin(false);
    for (uint64_t i = 0; i < MANY; i++)
        emit(again, MM_EVENT_MARK_SLICE, 0, 100 * i, 100 * i + 20);
    assert_int_equal(recorder_pauses(again)->count, MANY);
}

static void *
emit_from_thread(void *user)
{
    for (uint64_t i = 0; i < 1000; i++)
        emit(user, MM_EVENT_ASSIST, 1, 100 * i, 100 * i + 20);
    return NULL;
}

static void
test_threads_emit_at_once(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    struct recorder *recorder = begin(true);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, emit_from_thread, recorder), 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(recorder_pauses(recorder)->count, 1000 * THREADS);
    assert_int_equal(recorder_lost_events(recorder), 0);
}

/* Threads for which there is no slot are told, not hidden. */
static void
test_threads_without_a_slot(void **state)
{
    (void)state;
    enum { THREADS = 20 };
    struct recorder *recorder = begin(false);
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, emit_from_thread, recorder), 0);
        pthread_join(thread, NULL);
    }
    assert_true(recorder_lost_pauses(recorder) > 0);
    assert_int_equal(recorder_lost_pauses(recorder) + recorder_pauses(recorder)->count,
                     1000 * THREADS);
}

static void
test_file_has_every_event_with_its_phase(void **state)
{
    (void)state;
    char text[4096] = "";
    struct recorder *recorder = begin(true);
    emit(recorder, MM_EVENT_RESET, 0, 1, 2);
    recorder_phase(recorder, RECORDER_TEARDOWN);
    emit(recorder, MM_EVENT_PAGE_RETURN, MM_NO_MUTATOR, 3, 4);
    recorder_phase(recorder, RECORDER_ENDED);
    FILE *file = fmemopen(text, sizeof text, "w");
    assert_non_null(file);
    recorder_write(recorder, file);
    fclose(file);
    assert_non_null(
        strstr(text, "\"kind\":\"reset\",\"phase\":\"timed\",\"slot\":0,\"mutator\":0"));
    assert_non_null(strstr(text, "\"kind\":\"page_return\",\"phase\":\"teardown\",\"slot\":0,"
                                 "\"mutator\":null"));
    assert_non_null(strstr(text, "{\"type\":\"lost\",\"events\":0}"));
}

/* -- Utilisation ---------------------------------------------------------------------- */

/* Ends the timed part; what is left of the worst window, in per cent. */
static double
utilisation(struct recorder *recorder, enum utilisation_window window)
{
    struct timespec wait = { .tv_nsec = 12 * 1000 * 1000 }; /* longer than a window of 10 ms */
    nanosleep(&wait, NULL);
    recorder_phase(recorder, RECORDER_TEARDOWN);
    double percent = -1;
    assert_null(recorder_utilisation(recorder, window, &percent));
    return percent;
}

static void
test_utilisation_of_nested_and_short_events(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    emit(recorder, MM_EVENT_PAGE_REQUEST, 0, 110, 130);
    emit(recorder, MM_EVENT_STOP, 0, 100, 200);
    emit(recorder, MM_EVENT_RESET, 0, 300, 305);                  /* too short for a pause */
    emit(recorder, MM_EVENT_TIME_TO_STOP, 0, 300, 600);           /* tells, does not hold up */
    emit(recorder, MM_EVENT_MARK_SLICE, MM_NO_MUTATOR, 400, 900); /* a collector's own thread */
    assert_true(fabs(utilisation(recorder, UTILISATION_10MS) - 98.95) < 1e-9);
    double percent;
    assert_null(recorder_utilisation(recorder, UTILISATION_1MS, &percent));
    assert_true(fabs(percent - 89.5) < 1e-9);
    assert_string_equal(recorder_utilisation(recorder, UTILISATION_100MS, &percent),
                        "the timed part is shorter than this");
}

static void *
emit_one_from_thread(void *user)
{
    emit(user, MM_EVENT_STOP, 1, 100, 400);
    return NULL;
}

/* Threads are held up each for itself: what two of them lack is not added up. */
static void
test_utilisation_is_that_of_the_worst_thread(void **state)
{
    (void)state;
    pthread_t thread;
    struct recorder *recorder = begin(false);
    emit(recorder, MM_EVENT_STOP, 0, 500, 700);
    assert_int_equal(pthread_create(&thread, NULL, emit_one_from_thread, recorder), 0);
    pthread_join(thread, NULL);
    assert_true(fabs(utilisation(recorder, UTILISATION_1MS) - 70) < 1e-9);
}

/* -- Disturbance ---------------------------------------------------------------------- */

static int yielding; /* atomic: the other thread still runs */

static void *
yield_for_ever(void *user)
{
    (void)user;
    while (__atomic_load_n(&yielding, __ATOMIC_RELAXED))
        sched_yield();
    return NULL;
}

/* Makes the kernel take the processor from this thread: two threads on one core, neither of which
 * sleeps. */
static void
be_switched(void)
{
    cpu_set_t all, one;
    pthread_t thread;
    CPU_ZERO(&one);
    CPU_SET((unsigned)sched_getcpu(), &one);
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    __atomic_store_n(&yielding, 1, __ATOMIC_RELAXED);
    assert_int_equal(pthread_create(&thread, NULL, yield_for_ever, NULL), 0);
    long before = system_thread_switches();
    while (system_thread_switches() == before)
        sched_yield();
    __atomic_store_n(&yielding, 0, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

static void
test_a_switch_disturbs_the_pause_around_it(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    recorder_begin(recorder, timed_ns + 1000 * US);
    be_switched();
    emit(recorder, MM_EVENT_STOP, 0, 1000, 1300);
    recorder_pauses(recorder);
    struct recorder_disturbance found = recorder_disturbance(recorder);
    assert_int_equal(found.disturbed, 1);
    assert_int_equal(found.undisturbed, 0);
}

/* What an inner event saw belongs to the outer one too. */
static void
test_a_switch_that_was_seen_inside_disturbs(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    recorder_begin(recorder, timed_ns + 1000 * US);
    be_switched();
    recorder_begin(recorder, timed_ns + 1300 * US);
    emit(recorder, MM_EVENT_PAGE_REQUEST, 0, 1300, 1305);
    emit(recorder, MM_EVENT_STOP, 0, 1000, 1500);
    recorder_pauses(recorder);
    assert_int_equal(recorder_disturbance(recorder).disturbed, 1);
}

/* A switch of which nobody knows when it happened takes no pause out of the count. */
static void
test_a_switch_long_before_does_not_disturb(void **state)
{
    (void)state;
    struct recorder *recorder = begin(false);
    recorder_begin(recorder, timed_ns + 1000 * US);
    be_switched();
    emit(recorder, MM_EVENT_STOP, 0, 2000, 2300);
    recorder_pauses(recorder);
    struct recorder_disturbance found = recorder_disturbance(recorder);
    assert_int_equal(found.disturbed, 0);
    assert_int_equal(found.undisturbed_max_ns, 300 * US);
}

/* The machine may switch this thread at any time: tried until it did not. */
static void
test_an_undisturbed_pause_is_kept(void **state)
{
    (void)state;
    struct recorder_disturbance found;
    long before;
    do {
        struct recorder *recorder = begin(false);
        recorder_begin(recorder, timed_ns + 1000 * US);
        be_switched();
        recorder_begin(recorder, timed_ns + 2000 * US); /* sees it: it was before */
        before = system_thread_switches();
        emit(recorder, MM_EVENT_STOP, 0, 3000, 3300);
        emit(recorder, MM_EVENT_SWEEP_SLICE, 0, 4000, 4020);
        recorder_pauses(recorder);
        found = recorder_disturbance(recorder);
    } while (system_thread_switches() != before);
    assert_int_equal(found.disturbed, 0);
    assert_int_equal(found.undisturbed, 2);
    assert_int_equal(found.undisturbed_max_ns, 300 * US);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nested_events_are_one_pause),
        cmocka_unit_test(test_other_mutators_have_pauses_of_their_own),
        cmocka_unit_test(test_what_is_no_pause),
        cmocka_unit_test(test_a_fallback_is_one_pause),
        cmocka_unit_test(test_longest_stop),
        cmocka_unit_test(test_time_to_stop_is_a_distribution_of_its_own),
        cmocka_unit_test(test_time_to_stop_of_before_does_not_count),
        cmocka_unit_test(test_only_the_timed_part_counts),
        cmocka_unit_test(test_many_pauses),
        cmocka_unit_test(test_threads_emit_at_once),
        cmocka_unit_test(test_threads_without_a_slot),
        cmocka_unit_test(test_file_has_every_event_with_its_phase),
        cmocka_unit_test(test_utilisation_of_nested_and_short_events),
        cmocka_unit_test(test_utilisation_is_that_of_the_worst_thread),
        cmocka_unit_test(test_a_switch_disturbs_the_pause_around_it),
        cmocka_unit_test(test_a_switch_that_was_seen_inside_disturbs),
        cmocka_unit_test(test_a_switch_long_before_does_not_disturb),
        cmocka_unit_test(test_an_undisturbed_pause_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
