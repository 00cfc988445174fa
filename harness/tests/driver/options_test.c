/* options_test.c -- the command line: what is taken, what is refused, and which word is near. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "options.h"
#include "say.h"

enum { WORDS_MAX = 16 };

/* Parses the words of a line that have one space between them. */
static bool
parse(struct options *options, const char *line)
{
    static char copy[256];
    char *words[WORDS_MAX] = { (char[]){ "heapstakes" } };
    int count = 1;
    strncpy(copy, line, sizeof copy - 1);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    return options_parse(options, count, words);
}

static void
defaults_are_the_standard_race(void **state)
{
    struct options options;
    (void)state;
    assert_true(parse(&options, "run"));
    assert_int_equal(options.verb, OPTIONS_RUN);
    assert_string_equal(options.size, "normal");
    assert_int_equal(options.rounds, 10);
    assert_int_equal(options.heap_factor_count, 1);
    assert_true(options.heap_factors[0] == 2);
    assert_false(options.has_seed);
}

static void
values_follow_or_are_joined(void **state)
{
    struct options options;
    (void)state;
    assert_true(parse(&options, "run --rounds 3 --seed=7 --heap-factors 1.5,none --threads 1,2 "
                                "--cores 2,1"));
    assert_int_equal(options.rounds, 3);
    assert_true(options.has_seed && options.seed == 7);
    assert_int_equal(options.heap_factor_count, 2);
    assert_true(options.heap_factors[0] == 1.5 && options.heap_factors[1] == 0);
    assert_int_equal(options.thread_count, 2);
    assert_int_equal(options.threads[1], 2);
    assert_int_equal(options.core_count, 2);
    assert_int_equal(options.cores[0], 2);
}

static void
operands_and_help(void **state)
{
    struct options options;
    (void)state;
    assert_true(parse(&options, "show some/folder --format json"));
    assert_string_equal(options.operand, "some/folder");
    assert_int_equal(options.format, OPTIONS_JSON);
    assert_true(parse(&options, "show --help"));
    assert_true(options.help);
    assert_true(parse(&options, "--version"));
    assert_true(options.version);
}

static void
nonsense_is_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "rnu",
        "run --round 3x",
        "run --rounds",
        "run --rounds 0",
        "run --rounds 1e3",
        "run --size huge",
        "run --heap-factors 2,,3",
        "run --heap-factors -1",
        "run --threads 0",
        "run --cores 0",
        "run --cores 1 --cpus 0",
        "run --filter (",
        "run --cpus a",
        "run --thp maybe",
        "run --quick=1",
        "run extra",
        "run --metric wall_ns_per_op",
        "show",
        "show one two",
        "list --rounds 3",
        "run --cell-timeout nan",
        "run --seed -1",
        "run --resume x --rounds 3",
        "doctor x",
        "show x --format xml",
        "run --time-budget 0",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct options options;
        if (parse(&options, lines[i]))
            fail_msg("taken: heapstakes %s", lines[i]);
    }
}

static void
quick_is_small_and_short(void **state)
{
    struct options options;
    (void)state;
    assert_true(parse(&options, "run --quick"));
    assert_string_equal(options.size, "smoke");
    assert_true(options.time_budget_s > 0 && options.time_budget_s <= 60);
}

static void
near_words_are_found(void **state)
{
    static const char *const words[] = { "jemalloc", "mimalloc", "marksweep", "none", NULL };
    (void)state;
    assert_string_equal(say_nearest("jemaloc", words), "jemalloc");
    assert_string_equal(say_nearest("marksweeep", words), "marksweep");
    assert_string_equal(say_nearest("mark", words), "marksweep");
    assert_null(say_nearest("tricolor", words));
    assert_string_equal(say_suggestion("nine", words), "; did you mean none?");
    assert_string_equal(say_suggestion("xyzzyxyz", words),
                        "; choose from jemalloc, mimalloc, marksweep, none");
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
        cmocka_unit_test(defaults_are_the_standard_race),
        cmocka_unit_test(values_follow_or_are_joined),
        cmocka_unit_test(operands_and_help),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(quick_is_small_and_short),
        cmocka_unit_test(near_words_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
