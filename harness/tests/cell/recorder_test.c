/* recorder_test.c -- pauses are counted once, of the timed part alone, from several threads; what
 * there was no room for is told. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recorder.h"
#include "system.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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
    emit(recorder, MM_EVENT_FALLBACK, 0, 100, 150);             /* tells, does not hold up */
    assert_int_equal(recorder_pauses(recorder)->count, 0);
    assert_int_equal(recorder_count(recorder, MM_EVENT_FALLBACK), 1);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nested_events_are_one_pause),
        cmocka_unit_test(test_other_mutators_have_pauses_of_their_own),
        cmocka_unit_test(test_what_is_no_pause),
        cmocka_unit_test(test_only_the_timed_part_counts),
        cmocka_unit_test(test_many_pauses),
        cmocka_unit_test(test_threads_emit_at_once),
        cmocka_unit_test(test_threads_without_a_slot),
        cmocka_unit_test(test_file_has_every_event_with_its_phase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
