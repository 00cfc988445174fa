/* outcome_test.c -- what a process comes to: measured, a result, or a failure with its reason. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "outcome.h"

static const char GOOD[] =
    "{\"context\": {}, \"benchmarks\": [{\"name\": \"w/m\", \"iterations\": 5, \"real_time\": 1.5,"
    "\"threads\": 1, \"wall_ns_per_op\": 12.5, \"operations\": 5.0, "
    "\"label\": \"{\\\"checksum\\\":\\\"ab\\\",\\\"missing\\\":{\\\"collections\\\":\\\"why\\\"},"
    "\\\"marks\\\":[],\\\"plan\\\":{\\\"peak_live_bytes\\\":77},\\\"histograms\\\":{}}\"}]}";

static struct record
judge(struct process_result result)
{
    struct record record = { .reason = NULL };
    if (!result.errors)
        result.errors = memory_text("%s", "");
    if (!result.output)
        result.output = memory_text("%s", "");
    outcome_judge(&result, 3, &record);
    return record;
}

static void
a_good_cell_is_measured(void **state)
{
    double value;
    (void)state;
    struct record record = judge((struct process_result){
        .started = true, .wall_s = 0.5, .output = memory_text("%s", GOOD) });
    assert_int_equal(record.status, RECORD_MEASURED);
    assert_null(record.reason);
    assert_string_equal(record.checksum, "ab");
    assert_true(record.stated_peak_bytes == 77);
    assert_true(record_metric(&record, "wall_ns_per_op", &value) && value == 12.5);
    assert_false(record_metric(&record, "real_time", &value));
    assert_false(record_metric(&record, "threads", &value));
}

static void
exhaustion_and_breach_are_told_apart(void **state)
{
    (void)state;
    struct record record = judge((struct process_result){
        .started = true, .status = 3, .errors = memory_text("%s", "exhausted: 8 bytes") });
    assert_int_equal(record.status, RECORD_EXHAUSTED);
    assert_string_equal(record.reason, "exhausted: 8 bytes");
    record = judge((struct process_result){ .started = true, .status = 4 });
    assert_int_equal(record.status, RECORD_BREACH);
    assert_string_equal(record.reason, "breach of contract");
}

static void
failures_have_their_reasons(void **state)
{
    (void)state;
    struct record record = judge(
        (struct process_result){ .started = true, .status = -1, .signal = SIGSEGV });
    assert_int_equal(record.status, RECORD_FAILED);
    assert_string_equal(record.reason, "SIGSEGV");
    record = judge((struct process_result){
        .started = true, .status = -1, .signal = SIGKILL, .timed_out = true });
    assert_string_equal(record.reason, "timeout after 3 s");
    record = judge((struct process_result){ .started = true, .status = 9 });
    assert_string_equal(record.reason, "exit status 9: nothing on standard error");
    record = judge((struct process_result){ .problem = "no process" });
    assert_string_equal(record.reason, "no process");
}

static void
output_that_is_no_result_is_a_failure(void **state)
{
    static const char *const outputs[] = { "",
                                           "garbage",
                                           "{}",
                                           "{\"benchmarks\": []}",
                                           "{\"benchmarks\": [{\"label\": \"not JSON\"}]}",
                                           "{\"benchmarks\": [{\"label\": \"{}\"}]}" };
    (void)state;
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        struct record record = judge(
            (struct process_result){ .started = true, .output = memory_text("%s", outputs[i]) });
        assert_int_equal(record.status, RECORD_FAILED);
        assert_non_null(record.reason);
    }
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
        cmocka_unit_test(a_good_cell_is_measured),
        cmocka_unit_test(exhaustion_and_breach_are_told_apart),
        cmocka_unit_test(failures_have_their_reasons),
        cmocka_unit_test(output_that_is_no_result_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
