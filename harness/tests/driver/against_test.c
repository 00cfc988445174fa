/* against_test.c -- ratios to a manager: paired by round, the best of several, other heap factors,
 * the geometric mean over contests, and reasons where there is none. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "against.h"
#include "document.h"
#include "memory.h"
#include "option_values.h"
#include "say.h"

enum { ROUNDS = 7 };

static struct summary_source source;
static struct view view;
static struct against against;

static void
add(unsigned round, const char *workload, const char *manager, double heap_factor, double wall_ns)
{
    struct record_list *list = &source.records;
    list->records = memory_room(list->records, list->count, sizeof *list->records);
    list->records[list->count++] = (struct record){
        .phase = RECORD_RACE,
        .round = round,
        .workload = workload,
        .variant = "",
        .manager = manager,
        .size = "smoke",
        .threads = 1,
        .heap_factor = heap_factor,
        .cpus = "1",
        .status = RECORD_MEASURED,
        .metrics = memory_keep(
            json_pack("{s:f, s:f}", "wall_ns_per_op", wall_ns, "alloc_per_s", 1e9 / wall_ns)),
    };
}

/* Two workloads under three managers; the machine drifts from round to round. */
static int
start(void **state)
{
    (void)state;
    source = (struct summary_source){
        .run = "test",
        .plan = memory_keep(json_pack("{s:i, s:i, s:{s:s, s:[f, f]}, s:[s, s, s], s:[]}", "seed", 1,
                                      "order_seed", 2, "options", "size", "smoke", "heap_factors",
                                      2.0, 3.0, "managers", "one", "two", "three", "cells")),
        .machine = memory_keep(json_object()),
    };
    for (unsigned round = 1; round <= ROUNDS; round++) {
        double drift = round * round;
        add(round, "loop", "one", 2, 10 * drift);
        add(round, "loop", "two", 2, 20 * drift);
        add(round, "loop", "three", 2, 40 * drift);
        add(round, "trees", "one", 2, 90 * drift);
        add(round, "trees", "two", 2, 30 * drift);
        add(round, "trees", "three", 2, 30 * drift);
    }
    return 0;
}

static int
compare(const char *whom, const char *metric)
{
    struct options options = option_defaults();
    options.metric = metric;
    assert_null(option_against(&options, whom));
    const json_t *summary = summary_make("test", &source.records, source.plan, source.machine);
    assert_true(view_open(&view, summary, NULL, "test"));
    return against_make(&against, &source, &view, &options);
}

static const struct against_row *
row(const char *workload, const char *manager, double heap_factor)
{
    for (size_t i = 0; i < against.row_count; i++) {
        const struct against_row *found = &against.rows[i];
        if (strcmp(found->group->workload, workload) == 0 && strcmp(found->manager, manager) == 0 &&
            found->group->heap_factor == heap_factor)
            return found;
    }
    return NULL;
}

static const struct against_mean *
mean(const char *manager)
{
    for (size_t i = 0; i < against.mean_count; i++) {
        if (strcmp(against.means[i].manager, manager) == 0)
            return &against.means[i];
    }
    return NULL;
}

static void
assert_near(double value, double expected)
{
    assert_true(fabs(value / expected - 1) < 1e-9);
}

/* The drift is in every value, and in no ratio: the interval is a point. */
static void
pairs_are_of_one_round(void **state)
{
    (void)state;
    assert_int_equal(compare("one", NULL), SAY_FINE);
    assert_int_equal(against.row_count, 4); /* none of one to itself */
    const struct against_row *two = row("loop", "two", 2);
    assert_int_equal(two->ratio.n, ROUNDS);
    assert_near(two->ratio.median, 2);
    assert_true(two->ratio.has_interval);
    assert_near(two->ratio.lo, 2);
    assert_near(two->ratio.hi, 2);
    assert_near(row("trees", "three", 2)->ratio.median, 1.0 / 3);
}

static void
means_are_geometric(void **state)
{
    (void)state;
    assert_int_equal(compare("one", NULL), SAY_FINE);
    assert_int_equal(against.mean_count, 2);
    assert_int_equal(mean("three")->contests, 2);
    assert_int_equal(mean("three")->ratio.n, ROUNDS);
    assert_true(mean("three")->is_paired);
    assert_near(mean("three")->ratio.median, sqrt(4.0 / 3));
    assert_near(mean("three")->ratio.lo, sqrt(4.0 / 3));
}

static void
another_metric_may_be_asked_for(void **state)
{
    (void)state;
    assert_int_equal(compare("one", "alloc_per_s"), SAY_FINE);
    assert_near(row("loop", "three", 2)->ratio.median, 0.25);
}

static void
of_several_the_best_of_each_contest_is_taken(void **state)
{
    (void)state;
    assert_int_equal(compare("one,two", NULL), SAY_FINE);
    assert_string_equal(row("loop", "three", 2)->base->manager, "one");
    assert_string_equal(row("trees", "three", 2)->base->manager, "two");
    assert_near(mean("three")->ratio.median, 2); /* of 4 and 1 */
    assert_near(mean("one")->ratio.median, sqrt(3));
    assert_true(against.is_of_best);
    assert_int_equal(compare("best:one,two", "alloc_per_s"), SAY_FINE); /* more is better there */
    assert_string_equal(row("loop", "three", 2)->base->manager, "one");
    assert_int_equal(compare("best:two", NULL), SAY_FINE); /* of one it is that one */
    assert_false(against.is_of_best);
    assert_near(row("trees", "one", 2)->ratio.median, 3);
}

static void
rows_of_other_factors_may_be_compared(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++)
        add(round, "loop", "three", 3, 5.0 * round * round);
    assert_int_equal(compare("one/2", NULL), SAY_FINE);
    assert_near(row("loop", "three", 3)->ratio.median, 0.5);
    assert_int_equal(compare("three/3", NULL), SAY_FINE);
    assert_near(row("loop", "three", 2)->ratio.median, 8);
    assert_null(row("loop", "three", 3));
    assert_int_equal(row("trees", "one", 2)->ratio.n, 0);
    assert_string_equal(row("trees", "one", 2)->reason,
                        "nobody to compare it with was measured here");
}

static void
another_variant_may_be_compared(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        add(round, "loop", "one", 2, 15.0 * round);
        source.records.records[source.records.count - 1].variant = "bad";
        add(round, "loop", "one", 2, 5.0 * round);
        source.records.records[source.records.count - 1].variant = "good";
    }
    assert_int_equal(compare("one////good", NULL), SAY_FINE);
    size_t found = 0;
    for (size_t i = 0; i < against.row_count; i++) {
        if (strcmp(against.rows[i].group->variant, "bad") != 0)
            continue;
        assert_near(against.rows[i].ratio.median, 3);
        assert_string_equal(against.rows[i].base->variant, "good");
        found++;
    }
    assert_int_equal(found, 1);
    assert_int_equal(compare("one////best", NULL), SAY_ERROR);
}

/* A manager that lacks rounds is compared by those that it has, and its mean too. */
static void
rounds_that_one_lacks_are_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < source.records.count; i++) {
        struct record *record = &source.records.records[i];
        if (record->round == 3 && strcmp(record->manager, "two") == 0 &&
            strcmp(record->workload, "loop") == 0)
            record->metrics = memory_keep(json_object());
    }
    assert_int_equal(compare("one", NULL), SAY_FINE);
    assert_int_equal(row("loop", "two", 2)->ratio.n, ROUNDS - 1);
    assert_int_equal(row("trees", "two", 2)->ratio.n, ROUNDS);
    assert_int_equal(mean("two")->ratio.n, ROUNDS - 1);
}

static void
what_stopped_a_manager_stands_in_its_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < source.records.count; i++) {
        struct record *record = &source.records.records[i];
        if (strcmp(record->manager, "three") == 0 && strcmp(record->workload, "loop") == 0) {
            record->status = RECORD_EXHAUSTED;
            record->reason = "exhausted: 8 bytes asked";
        }
    }
    assert_int_equal(compare("one", NULL), SAY_FINE);
    assert_string_equal(row("loop", "three", 2)->reason, "exhausted: 8 bytes asked");
    assert_null(mean("three")); /* one contest is no mean */
    assert_null(mean("two")->left_out);
}

static void
a_mean_names_what_it_leaves_out(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        add(round, "queue", "one", 2, 5);
        add(round, "queue", "three", 2, 5);
    }
    for (size_t i = 0; i < source.records.count; i++) {
        struct record *record = &source.records.records[i];
        if (strcmp(record->manager, "three") == 0 && strcmp(record->workload, "loop") == 0) {
            record->status = RECORD_EXHAUSTED;
            record->reason = "exhausted: 8 bytes asked";
        }
    }
    assert_int_equal(compare("one", NULL), SAY_FINE);
    assert_int_equal(mean("three")->contests, 2);
    assert_string_equal(mean("three")->left_out, "loop (exhausted)");
    assert_null(mean("two")->left_out); /* it was never to take part in the third */
}

static void
mistakes_are_told(void **state)
{
    (void)state;
    struct options options = option_defaults();
    assert_int_equal(compare("ona", NULL), SAY_USAGE);
    assert_int_equal(compare("one/9", NULL), SAY_ERROR);
    assert_int_equal(compare("one,two", "collections"), SAY_USAGE);
    assert_non_null(option_against(&options, ""));
    assert_non_null(option_against(&options, "best:"));
    assert_non_null(option_against(&options, "one,"));
    assert_non_null(option_against(&options, "one/x"));
    assert_non_null(option_against(&options, "one/2/0"));
    assert_non_null(option_against(&options, "one/2/1/x"));
    assert_non_null(option_against(&options, "one/2/1/1/good/1"));
    assert_null(option_against(&options, "one,two/2/1/3"));
    assert_int_equal(options.against.count, 2);
    assert_int_equal(options.against_cores, 3);
    assert_null(option_against(&options, "one//4"));
    assert_false(options.against_has_factor);
    assert_int_equal(options.against_threads, 4);
    assert_int_equal(options.against_cores, 0);
    assert_null(option_against(&options, "one/none"));
    assert_true(options.against_has_factor && options.against_factor == 0);
    assert_null(options.against_variant);
    assert_null(option_against(&options, "one////good"));
    assert_string_equal(options.against_variant, "good");
    assert_false(options.against_has_factor);
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
        cmocka_unit_test_setup(pairs_are_of_one_round, start),
        cmocka_unit_test_setup(means_are_geometric, start),
        cmocka_unit_test_setup(another_metric_may_be_asked_for, start),
        cmocka_unit_test_setup(of_several_the_best_of_each_contest_is_taken, start),
        cmocka_unit_test_setup(rows_of_other_factors_may_be_compared, start),
        cmocka_unit_test_setup(another_variant_may_be_compared, start),
        cmocka_unit_test_setup(rounds_that_one_lacks_are_left_out, start),
        cmocka_unit_test_setup(what_stopped_a_manager_stands_in_its_row, start),
        cmocka_unit_test_setup(a_mean_names_what_it_leaves_out, start),
        cmocka_unit_test_setup(mistakes_are_told, start),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
