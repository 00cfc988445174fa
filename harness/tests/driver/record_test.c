/* record_test.c -- runs.jsonl: what is written is read again, and what a crash leaves does no harm.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "record.h"

static char path[] = "/tmp/record_test.XXXXXX";

static struct record
sample(unsigned round)
{
    return (struct record){
        .phase = RECORD_TWIN,
        .round = round,
        .order = 3,
        .workload = "trees",
        .variant = "bad",
        .manager = "libc",
        .manager_version = "glibc \"2.36\"",
        .size = "smoke",
        .threads = 2,
        .cores = 2,
        .heap_factor = 1.5,
        .seed = 42,
        .cpus = "0,1",
        .rate = 100.25,
        .is_recording = true,
        .status = RECORD_MEASURED,
        .exit_status = 0,
        .wall_s = 0.125,
        .checksum = "00ff",
        .metrics = memory_keep(
            json_pack("{s:f, s:f}", "wall_ns_per_op", 3.25, "heap_bytes", 4096.0)),
        .missing = memory_keep(json_pack("{s:s}", "collections", "none of its kind")),
        .marks = memory_keep(json_pack("[s]", "populated")),
    };
}

static void
append(unsigned rounds)
{
    int file = record_open(path);
    assert_true(file >= 0);
    for (unsigned round = 1; round <= rounds; round++) {
        struct record record = sample(round);
        assert_true(record_append(file, path, "run", &record));
    }
    close(file);
}

static void
add_bytes(const char *text)
{
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int
start(void **state)
{
    (void)state;
    return truncate(path, 0);
}

static void
what_is_written_is_read_again(void **state)
{
    struct record_list list;
    double value;
    (void)state;
    append(3);
    assert_true(record_read(path, &list));
    assert_int_equal(list.count, 3);
    const struct record *record = &list.records[2];
    assert_int_equal(record->phase, RECORD_TWIN);
    assert_int_equal(record->round, 3);
    assert_int_equal(record->order, 3);
    assert_string_equal(record->workload, "trees");
    assert_string_equal(record->variant, "bad");
    assert_string_equal(record->manager_version, "glibc \"2.36\"");
    assert_int_equal(record->threads, 2);
    assert_int_equal(record->cores, 2);
    assert_true(record->heap_factor == 1.5 && record->seed == 42 && record->rate == 100.25);
    assert_true(record->is_recording && record->wall_s == 0.125);
    assert_string_equal(record->checksum, "00ff");
    assert_null(record->reason);
    assert_true(record_metric(record, "wall_ns_per_op", &value) && value == 3.25);
    assert_false(record_metric(record, "collections", &value));
    assert_string_equal(json_string_value(json_array_get(record->marks, 0)), "populated");
}

static void
a_line_without_end_is_left_out(void **state)
{
    struct record_list list;
    (void)state;
    append(2);
    add_bytes("{\"schema\":\"heapstakes/run/1\",\"round\":3,\"wor");
    assert_true(record_read(path, &list));
    assert_int_equal(list.count, 2);
    append(1); /* goes on behind what is whole */
    assert_true(record_read(path, &list));
    assert_int_equal(list.count, 3);
}

static void
damage_and_foreign_lines_are_refused(void **state)
{
    static const char *const lines[] = { "garbage\n", "[]\n", "{\"schema\":\"other\"}\n", "\n",
                                         "{\"schema\":\"heapstakes/run/1\",\"phase\":\"race\"}\n" };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct record_list list;
        assert_int_equal(truncate(path, 0), 0);
        append(1);
        add_bytes(lines[i]);
        assert_false(record_read(path, &list));
    }
}

/* A file that may not grow stands for a full disk. */
static void
a_full_disk_loses_no_earlier_line(void **state)
{
    struct record record = sample(3);
    struct record_list list;
    struct rlimit before;
    (void)state;
    append(2);
    int file = record_open(path);
    assert_true(file >= 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit tight = { (rlim_t)lseek(file, 0, SEEK_END) + 100, before.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    bool is_written = record_append(file, path, "run", &record);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    close(file);
    assert_false(is_written);
    assert_true(record_read(path, &list));
    assert_int_equal(list.count, 2);
}

static void
a_folder_that_is_not_there_is_said(void **state)
{
    (void)state;
    assert_true(record_open("/nowhere/runs.jsonl") < 0);
}

static int
finish(void **state)
{
    (void)state;
    memory_release();
    return unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_written_is_read_again, start),
        cmocka_unit_test_setup(a_line_without_end_is_left_out, start),
        cmocka_unit_test_setup(damage_and_foreign_lines_are_refused, start),
        cmocka_unit_test_setup(a_full_disk_loses_no_earlier_line, start),
        cmocka_unit_test(a_folder_that_is_not_there_is_said),
    };
    int file = mkstemp(path);
    if (file < 0)
        return EXIT_FAILURE;
    close(file);
    return cmocka_run_group_tests(tests, NULL, finish);
}
