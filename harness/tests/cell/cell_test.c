/* cell_test.c -- cells as processes: usage errors, exit status, the JSON that they print,
 * checksums, the peak in RAM, the open loop, threads.  The first argument is the folder of the
 * cells. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *cells; /* the folder */

/* What a cell left: its status, the head of its standard error, and its report. */
struct outcome {
    int status;
    char errors[4096];
    json_t *report;   /* all that Google Benchmark printed; NULL: no JSON */
    json_t *counters; /* of the one benchmark; borrowed */
    json_t *label;
};

static void
read_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
}

static struct outcome
run_cell(const char *cell, const char *flags)
{
    struct outcome outcome = { .status = -1 };
    char folder[] = "/tmp/heapstakes.cell.XXXXXX", command[1024], out[64], errors[64];
    assert_non_null(mkdtemp(folder));
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(errors, sizeof errors, "%s/errors", folder);
    snprintf(command, sizeof command,
             "ASAN_OPTIONS=allocator_may_return_null=1 TSAN_OPTIONS=allocator_may_return_null=1 "
             "%s/%s %s >%s 2>%s",
             cells, cell, flags, out, errors);
    int status = system(command);
    assert_true(WIFEXITED(status));
    outcome.status = WEXITSTATUS(status);
    read_file(errors, outcome.errors, sizeof outcome.errors);
    outcome.report = json_load_file(out, 0, NULL);
    json_t *first = json_array_get(json_object_get(outcome.report, "benchmarks"), 0);
    outcome.counters = first;
    const char *label = json_string_value(json_object_get(first, "label"));
    outcome.label = label ? json_loads(label, 0, NULL) : NULL;
    unlink(out);
    unlink(errors);
    rmdir(folder);
    return outcome;
}

static struct outcome
measure(const char *cell, const char *flags)
{
    char all[512];
    snprintf(all, sizeof all, "--benchmark_format=json %s", flags);
    struct outcome outcome = run_cell(cell, all);
    if (outcome.status != 0)
        fail_msg("%s %s: status %d: %s", cell, flags, outcome.status, outcome.errors);
    assert_non_null(outcome.label);
    return outcome;
}

static void
forget(struct outcome *outcome)
{
    json_decref(outcome->report);
    json_decref(outcome->label);
}

static double
counter(const struct outcome *outcome, const char *name)
{
    json_t *value = json_object_get(outcome->counters, name);
    if (!json_is_number(value))
        fail_msg("there is no counter %s", name);
    return json_number_value(value);
}

static bool
has_counter(const struct outcome *outcome, const char *name)
{
    return json_object_get(outcome->counters, name) != NULL;
}

static const char *
reason(const struct outcome *outcome, const char *name)
{
    return json_string_value(json_object_get(json_object_get(outcome->label, "missing"), name));
}

static const char *
label_text(const struct outcome *outcome, const char *name)
{
    const char *text = json_string_value(json_object_get(outcome->label, name));
    return text ? text : "";
}

static bool
has_mark(const struct outcome *outcome, const char *mark)
{
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(outcome->label, "marks"), i, value)
    {
        if (strcmp(json_string_value(value), mark) == 0)
            return true;
    }
    return false;
}

static size_t
count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* -- Bad input ------------------------------------------------------------------ */

/* Each ends with status 2 and one line that names the culprit. */
static void
test_usage_errors(void **state)
{
    static const char *const wrong[][3] = {
        { "meeting.libc", "--size huge", "huge" },
        { "meeting.libc", "--size", "--size" },
        { "meeting.libc", "--bogus", "--bogus" },
        { "meeting.libc", "--bogus=3", "--bogus" },
        { "meeting.libc", "stray", "stray" },
        { "meeting.libc", "--variant thrice", "thrice" },
        { "nothing.libc", "--variant once", "no variants" },
        { "meeting.libc", "--threads 5", "at most 4" },
        { "meeting.libc", "--threads 0", "--threads 0" },
        { "meeting.libc", "--threads 1x", "1x" },
        { "meeting.libc", "--seed -1", "-1" },
        { "meeting.libc", "--seed 99999999999999999999", "99999999999999999999" },
        { "meeting.libc", "--heap-factor nan", "nan" },
        { "meeting.libc", "--heap-factor 0", "--heap-factor 0" },
        { "meeting.libc", "--heap-bytes 1Q", "1Q" },
        { "meeting.libc", "--heap-bytes 17179869184G", "17179869184G" },
        { "meeting.libc", "--heap-bytes 1M --heap-factor 2", "--heap-factor" },
        { "meeting.libc", "--rate 10", "--rate" },
        { "meeting.libc", "--closed-loop", "--closed-loop" },
        { "slow_request.libc", "--rate 10 --closed-loop", "--closed-loop" },
        { "slow_request.libc", "--rate 0", "--rate 0" },
        { "slow_request.libc", "--threads 2", "--threads 2" },
        { "meeting.libc", "--cpus 0,", "--cpus" },
        { "meeting.libc", "--cpus 8000", "8000" },
        { "meeting.libc", "--cpus 1-0", "1-0" },
        { "meeting.libc", "--thp maybe", "maybe" },
        { "meeting.libc", "--benchmark_format=xml", "xml" },
        { "meeting.libc", "--benchmark_bogus=1", "--benchmark_bogus" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct outcome outcome = run_cell(wrong[i][0], wrong[i][1]);
        if (outcome.status != 2 || count_lines(outcome.errors) != 1 ||
            !strstr(outcome.errors, wrong[i][2]))
            fail_msg("%s %s: status %d: %s", wrong[i][0], wrong[i][1], outcome.status,
                     outcome.errors);
        forget(&outcome);
    }
}

static void
test_files_that_cannot_be_written(void **state)
{
    (void)state;
    struct outcome nowhere = run_cell("nothing.libc", "--events /nonexistent/events");
    assert_int_equal(nowhere.status, 1);
    assert_non_null(strstr(nowhere.errors, "/nonexistent/events"));
    forget(&nowhere);
    struct outcome full = run_cell("nothing.libc", "--events /dev/full");
    assert_int_equal(full.status, 1);
    assert_non_null(strstr(full.errors, "/dev/full"));
    forget(&full);
}

static void
test_exhausted(void **state)
{
    (void)state;
    struct outcome outcome = run_cell("hungry.libc", "--benchmark_format=json");
    assert_int_equal(outcome.status, 3);
    char line[64];
    snprintf(line, sizeof line, "exhausted: %zu bytes asked, limit 0",
             ((size_t)1 << 46) + sizeof(uint64_t));
    assert_non_null(strstr(outcome.errors, line));
    assert_null(outcome.report);
    forget(&outcome);
}

static void
test_report_that_cannot_be_written(void **state)
{
    (void)state;
    char command[512];
    snprintf(command, sizeof command,
             "%s/nothing.libc --benchmark_format=json >/dev/full 2>/dev/null", cells);
    int status = system(command);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
}

/* An error of its own, which --describe tells without one. */
static void
test_unavailable(void **state)
{
    (void)state;
    struct outcome outcome = run_cell("unavailable.libc", "--benchmark_format=json");
    assert_int_equal(outcome.status, 1);
    assert_int_equal(strncmp(outcome.errors, "unavailable: ", strlen("unavailable: ")), 0);
    assert_non_null(strstr(outcome.errors, "no-such-data"));
    forget(&outcome);
    outcome = run_cell("unavailable.libc", "--describe");
    assert_int_equal(outcome.status, 0);
    json_t *workload = json_object_get(outcome.report, "workload");
    assert_string_equal(json_string_value(json_object_get(workload, "unavailable")),
                        "no-such-data");
    forget(&outcome);
}

static void
test_describe_and_help(void **state)
{
    (void)state;
    struct outcome outcome = run_cell("meeting.libc", "--describe");
    assert_int_equal(outcome.status, 0);
    json_t *workload = json_object_get(outcome.report, "workload");
    json_t *manager = json_object_get(outcome.report, "manager");
    assert_string_equal(json_string_value(json_object_get(workload, "name")), "meeting");
    assert_int_equal(json_array_size(json_object_get(workload, "variants")), 2);
    assert_null(json_object_get(workload, "plans"));
    assert_true(json_is_false(json_object_get(workload, "has_serve")));
    assert_true(json_is_null(json_object_get(workload, "unavailable")));
    assert_string_equal(json_string_value(json_object_get(manager, "name")), "libc");
    assert_true(json_is_true(json_object_get(json_object_get(manager, "traits"), "frees")));
    forget(&outcome);
    struct outcome plans = run_cell("meeting.libc", "--plans");
    assert_int_equal(plans.status, 0);
    workload = json_object_get(plans.report, "workload");
    assert_int_equal(json_array_size(json_object_get(workload, "plans")), 6);
    forget(&plans);
    struct outcome help = run_cell("meeting.libc", "--help");
    assert_int_equal(help.status, 0);
    forget(&help);
}

/* -- What is measured ------------------------------------------------------------- */

/* Every metric is there or has a reason; all numbers are numbers (JSON has no NaN). */
static void
test_every_metric_or_its_reason(void **state)
{
    static const char *const metrics[] = {
        "wall_ns_per_op",  "cpu_ns_per_op",        "cold_ns_per_op",      "peak_rss_bytes",
        "start_rss_bytes", "held_bytes",           "peak_held_bytes",     "owed_bytes",
        "heap_bytes",      "operations",           "collections",         "pause_count",
        "pause_total_ns",  "pause_p50_ns",         "pause_p99_ns",        "pause_p999_ns",
        "pause_max_ns",    "stop_max_ns",          "fallbacks",           "stall_count",
        "stall_max_ns",    "latency_p50_ns",       "latency_p90_ns",      "latency_p99_ns",
        "latency_p999_ns", "latency_p9999_ns",     "latency_max_ns",      "achieved_rate",
        "capacity_per_s",  "timed_objects",        "timed_bytes",         "peak_payload_bytes",
        "page_faults",     "involuntary_switches", "time_to_stop_p99_ns", "time_to_stop_max_ns",
    };
    static const char *const runs[][2] = {
        { "meeting.libc", "--heap-factor 2 --record --variant twice" },
        { "slow_request.libc", "--rate 2000" },
        { "slow_request.libc", "--closed-loop --cpus 0" },
        { "nothing.libc", "--heap-bytes 16M --populate --threads 2" },
    };
    (void)state;
    for (size_t k = 0; k < sizeof runs / sizeof runs[0]; k++) {
        struct outcome outcome = measure(runs[k][0], runs[k][1]);
        for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
            bool measured = has_counter(&outcome, metrics[i]);
            bool excused = reason(&outcome, metrics[i]) && *reason(&outcome, metrics[i]);
            if (measured == excused)
                fail_msg("%s %s: %s is %s", runs[k][0], runs[k][1], metrics[i],
                         measured ? "measured and missing" : "missing without a reason");
        }
        assert_int_equal(strlen(label_text(&outcome, "checksum")), 16);
        forget(&outcome);
    }
}

static void
test_marks(void **state)
{
    (void)state;
    struct outcome outcome = measure("nothing.libc", "--heap-bytes 16M --populate");
    assert_true(has_mark(&outcome, "no_heap_limit"));
    assert_true(has_mark(&outcome, "populated"));
    assert_true(counter(&outcome, "heap_bytes") == 16777216);
    forget(&outcome);
    outcome = measure("nothing.libc", "");
    assert_false(has_mark(&outcome, "no_heap_limit"));
    assert_false(has_mark(&outcome, "populated"));
    forget(&outcome);
    outcome = measure("slow_request.libc", "--rate 100000000");
    assert_true(has_mark(&outcome, "overloaded"));
    forget(&outcome);
}

static void
test_binding_is_recorded(void **state)
{
    (void)state;
    struct outcome outcome = measure("nothing.libc", "--cpus 0");
    assert_string_equal(label_text(&outcome, "cpus"), "0");
    assert_string_equal(label_text(&outcome, "binding"), "bound");
    forget(&outcome);
}

/* ThreadSanitizer leaves no room for the address space that some managers reserve. */
static bool
cannot_run_here(const char *cell)
{
    struct outcome outcome = run_cell(cell, "");
    forget(&outcome);
    return CELL_TEST_SANITIZED && outcome.status == 3;
}

/* The same under two managers, in either loop, at any rate; another with another seed. */
static void
test_checksums(void **state)
{
    static const char *const same[][2] = {
        { "slow_request.none", "--closed-loop" },
        { "slow_request.libc", "--rate 2000" },
        { "slow_request.libc", "--rate 100000000 --record" },
    };
    (void)state;
    struct outcome first = measure("slow_request.libc", "--closed-loop");
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        if (cannot_run_here(same[i][0]))
            continue;
        struct outcome outcome = measure(same[i][0], same[i][1]);
        assert_string_equal(label_text(&outcome, "checksum"), label_text(&first, "checksum"));
        forget(&outcome);
    }
    struct outcome other = measure("slow_request.libc", "--closed-loop --seed 2");
    assert_string_not_equal(label_text(&other, "checksum"), label_text(&first, "checksum"));
    forget(&other);
    forget(&first);
}

/* Threads that meet give what they gave before, and their operations are counted together. */
static void
test_threads(void **state)
{
    (void)state;
    struct outcome first = measure("meeting.libc", "--threads 3");
    struct outcome second = measure("meeting.libc", "--threads 3 --record");
    const char *other = cannot_run_here("meeting.none") ? "meeting.libc" : "meeting.none";
    struct outcome third = measure(other, "--threads 3");
    assert_string_equal(label_text(&first, "checksum"), label_text(&second, "checksum"));
    assert_string_equal(label_text(&first, "checksum"), label_text(&third, "checksum"));
    assert_true(counter(&first, "operations") == 4 * 3 * 50);
    forget(&first);
    forget(&second);
    forget(&third);
}

/* 64 MB that were there before the heap are forgotten, 16 MB inside it are not.  A sanitizer keeps
 * books of its own in RAM. */
static void
test_peak_is_of_the_heap(void **state)
{
    (void)state;
    struct outcome outcome = measure("footprint.libc", "");
    if (!has_counter(&outcome, "peak_rss_bytes")) {
        print_message("skipped: %s\n", reason(&outcome, "peak_rss_bytes"));
        forget(&outcome);
        skip();
    }
    double grown = counter(&outcome, "peak_rss_bytes") - counter(&outcome, "start_rss_bytes");
    assert_true(grown >= 15 << 20);
    assert_true(CELL_TEST_SANITIZED || grown <= 40 << 20);
    assert_true(counter(&outcome, "page_faults") > 0);
    forget(&outcome);
}

/* A request of 50 ms at 1000 a second delays the 50 behind it: a quarter of all 200.  Counted from
 * when each was sent, only one would be late. */
static void
test_latency_counts_from_the_intended_start(void **state)
{
    (void)state;
    struct outcome outcome = measure("slow_request.libc", "--rate 1000");
    assert_true(counter(&outcome, "latency_max_ns") >= 50e6);
    assert_true(counter(&outcome, "latency_p90_ns") >= 25e6);
    assert_true(counter(&outcome, "achieved_rate") <= 1000);
    assert_true(counter(&outcome, "wall_ns_per_op") >= 50e6 / 200);
    double samples = 0;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(json_object_get(outcome.label, "histograms"), "latency_ns"),
                       i, row)
    {
        samples += json_number_value(json_array_get(row, 1));
    }
    assert_true(samples == 200);
    forget(&outcome);
}

/* A manager that only asks for pages leaves the program almost all of every window: the timed part
 * takes 50 ms, so each that is not longer than that has a share, and one of ten windows of 1 ms is
 * at least as good as the worst of them.  What is told of pauses goes with what is recorded. */
static void
test_utilisation_and_disturbance(void **state)
{
    (void)state;
    struct outcome outcome = measure("slow_request.none", "--closed-loop --record");
    double of_1ms = counter(&outcome, "utilisation_1ms");
    double of_10ms = counter(&outcome, "utilisation_10ms");
    assert_true(of_1ms >= 0 && of_1ms <= of_10ms && of_10ms <= 100);
    assert_true(counter(&outcome, "pauses_disturbed") <= counter(&outcome, "pause_count"));
    forget(&outcome);
    outcome = measure("nothing.none", "--record");
    assert_string_equal(reason(&outcome, "utilisation_100ms"),
                        "the timed part is shorter than this");
    forget(&outcome);
    outcome = measure("slow_request.none", "--closed-loop");
    assert_string_equal(reason(&outcome, "utilisation_10ms"), "not recorded; use --record");
    assert_string_equal(reason(&outcome, "pause_max_undisturbed_ns"), "not recorded; use --record");
    forget(&outcome);
    outcome = measure("meeting.none", "--threads 2 --record --cpus 0");
    assert_string_equal(reason(&outcome, "pauses_disturbed"),
                        "more threads than cores take them from each other");
    forget(&outcome);
}

/* The best of some runs: others may have the processor meanwhile.  A sanitizer's build calls
 * slowly. */
static void
test_nothing_takes_no_time(void **state)
{
    (void)state;
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        struct outcome outcome = measure("nothing.libc", "");
        double wall = counter(&outcome, "wall_ns_per_op");
        best = wall < best ? wall : best;
        forget(&outcome);
    }
    assert_true(best < 100);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usage_errors),
        cmocka_unit_test(test_files_that_cannot_be_written),
        cmocka_unit_test(test_exhausted),
        cmocka_unit_test(test_report_that_cannot_be_written),
        cmocka_unit_test(test_unavailable),
        cmocka_unit_test(test_describe_and_help),
        cmocka_unit_test(test_every_metric_or_its_reason),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_binding_is_recorded),
        cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_peak_is_of_the_heap),
        cmocka_unit_test(test_latency_counts_from_the_intended_start),
        cmocka_unit_test(test_utilisation_and_disturbance),
        cmocka_unit_test(test_nothing_takes_no_time),
    };
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER-OF-CELLS\n", argv[0]);
        return 2;
    }
    cells = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
