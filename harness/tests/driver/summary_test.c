/* summary_test.c -- the estimates of a run: medians over processes, pooled percentiles, pairs
 * within a round, and reasons for what is missing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "document.h"
#include "memory.h"
#include "summary.h"

enum { ROUNDS = 7 };

static struct record_list records;

static struct record *
add(enum record_phase phase, unsigned round, const char *variant, double wall_ns)
{
    records.records = memory_room(records.records, records.count, sizeof *records.records);
    struct record *record = &records.records[records.count++];
    *record = (struct record){
        .phase = phase,
        .round = round,
        .workload = "loop",
        .variant = variant,
        .manager = "libc",
        .size = "smoke",
        .threads = 1,
        .heap_factor = 2,
        .cpus = "1",
        .is_recording = phase == RECORD_RACE,
        .status = RECORD_MEASURED,
        .metrics = memory_keep(
            json_pack("{s:f, s:f}", "wall_ns_per_op", wall_ns, "operations", 1000.0)),
        .missing = memory_keep(json_pack("{s:s}", "collections", "it does not collect")),
        .marks = memory_keep(json_pack("[s]", "no_heap_limit")),
    };
    return record;
}

static json_t *
make_repeated(int repeats)
{
    json_t *plan = memory_keep(
        json_pack("{s:i, s:i, s:{s:s, s:[f], s:i}, s:[s], s:[], s:[{s:s, s:s, s:s, s:s}]}", "seed",
                  1, "order_seed", 2, "options", "size", "smoke", "heap_factors", 2.0,
                  "repeat_disturbed", repeats, "managers", "libc", "cells", "missing", "workload",
                  "loop", "variant", "bad", "manager", "gone", "reason", "install it"));
    json_t *machine = memory_keep(json_object());
    return summary_make("test", &records, plan, machine);
}

static json_t *
make(void)
{
    return make_repeated(0);
}

static const json_t *
find(const json_t *summary, const char *list, const char *variant, const char *metric)
{
    const json_t *rows = json_object_get(summary, list);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (strcmp(document_text(row, "variant", ""), variant) == 0 &&
            strcmp(document_text(row, "metric", ""), metric) == 0)
            return row;
    }
    return NULL;
}

static int
start(void **state)
{
    (void)state;
    records = (struct record_list){ 0 };
    return 0;
}

static void
rows_are_medians_over_processes(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++)
        add(RECORD_RACE, round, "bad", 10 + round);
    const json_t *summary = make();
    const json_t *row = find(summary, "rows", "bad", "wall_ns_per_op");
    assert_non_null(row);
    assert_true(document_number(row, "median", 0) == 14);
    assert_true(document_number(row, "lo", 0) == 11 && document_number(row, "hi", 0) == 17);
    assert_true(document_number(row, "worst", 0) == 17);
    assert_int_equal(document_number(row, "n", 0), ROUNDS);
    assert_string_equal(document_text(row, "unit", ""), "ns");
    assert_string_equal(document_text(row, "better", ""), "lower");
    assert_string_equal(json_string_value(json_array_get(json_object_get(row, "marks"), 0)),
                        "no_heap_limit");
    assert_int_equal(json_array_size(json_object_get(row, "marks")), 1);
    assert_int_equal(document_number(summary, "rounds", 0), ROUNDS);
}

/* More is better there: the worst is the smallest, of every round. */
static void
the_worst_goes_by_what_is_better(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        struct record *record = add(RECORD_RACE, round, "bad", 10);
        record->metrics = memory_keep(json_pack("{s:f}", "utilisation_10ms", 90.0 + round));
    }
    const json_t *row = find(make(), "rows", "bad", "utilisation_10ms");
    assert_true(document_number(row, "median", 0) == 94);
    assert_true(document_number(row, "worst", 0) == 91);
}

static void
marks_are_those_of_most_processes(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= 4; round++) {
        struct record *record = add(RECORD_RACE, round, "bad", 10);
        if (round == 1)
            record->marks = memory_keep(json_pack("[s, s]", "overloaded", "no_heap_limit"));
    }
    const json_t *row = find(make(), "rows", "bad", "wall_ns_per_op");
    const json_t *marks = json_object_get(row, "marks");
    assert_int_equal(json_array_size(marks), 1);
    assert_string_equal(json_string_value(json_array_get(marks, 0)), "no_heap_limit");
}

static void
few_rounds_have_no_interval(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= 5; round++)
        add(RECORD_RACE, round, "bad", 10);
    const json_t *row = find(make(), "rows", "bad", "wall_ns_per_op");
    assert_true(json_is_null(json_object_get(row, "lo")));
    assert_true(json_is_null(json_object_get(row, "hi")));
    assert_true(json_is_number(json_object_get(row, "median")));
}

static void
what_is_missing_has_its_reason(void **state)
{
    (void)state;
    add(RECORD_RACE, 1, "bad", 10);
    struct record *failed = add(RECORD_RACE, 1, "good", 10);
    failed->status = RECORD_EXHAUSTED;
    failed->reason = "exhausted: 8 bytes asked";
    const json_t *summary = make();
    assert_null(find(summary, "rows", "bad", "collections"));
    assert_string_equal(document_text(find(summary, "missing", "bad", "collections"), "reason", ""),
                        "it does not collect");
    const json_t *exhausted = find(summary, "missing", "good", "*");
    assert_string_equal(document_text(exhausted, "status", ""), "exhausted");
    assert_string_equal(document_text(exhausted, "reason", ""), "exhausted: 8 bytes asked");
    const json_t *gone = find(summary, "missing", "bad", "*");
    assert_string_equal(document_text(gone, "manager", ""), "gone");
    assert_string_equal(document_text(gone, "reason", ""), "install it");
}

static void
reuse_is_paired_within_the_round(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        add(RECORD_RACE, round, "bad", 30.0 * round); /* both drift, their ratio does not */
        add(RECORD_RACE, round, "good", 10.0 * round);
    }
    const json_t *reuse = json_array_get(json_object_get(make(), "reuse"), 0);
    assert_true(fabs(document_number(reuse, "median", 0) - 3) < 1e-9);
    assert_true(fabs(document_number(reuse, "lo", 0) - 3) < 1e-9);
    assert_true(fabs(document_number(reuse, "hi", 0) - 3) < 1e-9);
    assert_int_equal(document_number(reuse, "n", 0), ROUNDS);
}

static void
recording_is_compared_with_its_twin(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        add(RECORD_RACE, round, "bad", 11);
        add(RECORD_TWIN, round, "bad", 10);
    }
    const json_t *summary = make();
    const json_t *costs = json_object_get(summary, "recording_cost");
    assert_int_equal(json_array_size(costs), 2); /* all, and the one workload */
    assert_string_equal(document_text(json_array_get(costs, 0), "workload", ""), "*");
    assert_true(fabs(document_number(json_array_get(costs, 0), "median", 0) - 1.1) < 1e-9);
    const json_t *row = find(summary, "rows", "bad", "wall_ns_per_op");
    assert_true(document_number(row, "median", 0) == 11); /* twins are no contestants */
}

/* Gives a process the latencies first, first + 1000, ... */
static void
give_latencies(struct record *record, unsigned count, unsigned first)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < count; i++)
        json_array_append_new(list, json_pack("[i, i]", (int)(first + i * 1000), 1));
    record->histograms = memory_keep(json_pack("{s:o}", "latency_ns", list));
}

static void
percentiles_are_pooled_and_need_samples(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= 2; round++)
        give_latencies(add(RECORD_RACE, round, "bad", 10), 75, 1000 * round);
    const json_t *summary = make();
    const json_t *p90 = find(summary, "rows", "bad", "latency_p90_ns");
    assert_non_null(p90); /* 150 samples: 100 are needed */
    assert_true(fabs(document_number(p90, "median", 0) / 68000 - 1) < 0.02);
    assert_null(find(summary, "rows", "bad", "latency_p99_ns"));
    assert_string_equal(
        document_text(find(summary, "missing", "bad", "latency_p99_ns"), "reason", ""),
        "150 samples in all rounds, 1000 are needed");
    const json_t *curve = json_array_get(json_object_get(summary, "curves"), 0);
    assert_string_equal(document_text(curve, "kind", ""), "latency");
    assert_int_equal(document_number(curve, "samples", 0), 150);
}

static void
time_to_stop_is_pooled(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= 2; round++) {
        struct record *record = add(RECORD_RACE, round, "bad", 10);
        record->histograms = memory_keep(
            json_pack("{s:[[i, i], [i, i]]}", "time_to_stop_ns", 100, 980, 5000, 20));
    }
    const json_t *p99 = find(make(), "rows", "bad", "time_to_stop_p99_ns");
    assert_non_null(p99);
    assert_true(fabs(document_number(p99, "median", 0) / 5000 - 1) < 0.01);
}

/* -- Repeated processes ------------------------------------------------------------- */

static void
attempt(unsigned round, double wall_ns, int switches)
{
    struct record *record = add(RECORD_RACE, round, "bad", wall_ns);
    record->metrics = memory_keep(
        json_pack("{s:f, s:i}", "wall_ns_per_op", wall_ns, "involuntary_switches", switches));
    record->marks = NULL;
}

static const json_t *
only_mark(const json_t *row, const char *mark)
{
    const json_t *marks = json_object_get(row, "marks");
    assert_int_equal(json_array_size(marks), 1);
    assert_string_equal(json_string_value(json_array_get(marks, 0)), mark);
    return row;
}

static void
undisturbed_processes_are_taken_if_there_are_enough(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        attempt(round, 90, 3);
        attempt(round, 10 + round, round == 2 ? 1 : 0); /* round 2 has none */
    }
    const json_t *row = find(make_repeated(1), "rows", "bad", "wall_ns_per_op");
    assert_int_equal(document_number(only_mark(row, "undisturbed"), "n", 0), ROUNDS - 1);
    assert_true(document_number(row, "worst", 0) == 10 + ROUNDS);
}

static void
first_processes_are_taken_if_there_are_not(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        attempt(round, 90, 3);
        attempt(round, 10, round <= 5 ? 0 : 1); /* five have no interval */
    }
    const json_t *row = find(make_repeated(1), "rows", "bad", "wall_ns_per_op");
    assert_int_equal(document_number(only_mark(row, "disturbed"), "n", 0), ROUNDS);
    assert_true(document_number(row, "median", 0) == 90);
}

static void
few_rounds_are_enough_if_all_are_undisturbed(void **state)
{
    (void)state;
    attempt(1, 90, 1);
    attempt(1, 11, 0);
    attempt(2, 13, 0);
    const json_t *row = find(make_repeated(1), "rows", "bad", "wall_ns_per_op");
    assert_true(document_number(only_mark(row, "undisturbed"), "median", 0) == 12);
}

static int
release(void **state)
{
    (void)state;
    memory_release();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rows_are_medians_over_processes, start),
        cmocka_unit_test_setup(the_worst_goes_by_what_is_better, start),
        cmocka_unit_test_setup(marks_are_those_of_most_processes, start),
        cmocka_unit_test_setup(few_rounds_have_no_interval, start),
        cmocka_unit_test_setup(what_is_missing_has_its_reason, start),
        cmocka_unit_test_setup(reuse_is_paired_within_the_round, start),
        cmocka_unit_test_setup(recording_is_compared_with_its_twin, start),
        cmocka_unit_test_setup(percentiles_are_pooled_and_need_samples, start),
        cmocka_unit_test_setup(time_to_stop_is_pooled, start),
        cmocka_unit_test_setup(undisturbed_processes_are_taken_if_there_are_enough, start),
        cmocka_unit_test_setup(first_processes_are_taken_if_there_are_not, start),
        cmocka_unit_test_setup(few_rounds_are_enough_if_all_are_undisturbed, start),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
