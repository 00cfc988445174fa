/* utilisation_test.c -- the worst window is found wherever it lies: hand-made cases, random ones
 * against a count of every window, and what happens when room is short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "utilisation.h"

#include <stdlib.h>
#include <string.h>

/* Times are in units of 10 us after the timed part began: a window of 1 ms has 100, of 10 ms 1000.
 */
enum { UNIT_NS = 10000, BEGIN = 7 };

static struct utilisation *
begin(void)
{
    struct utilisation *utilisation = calloc(1, sizeof *utilisation);
    assert_non_null(utilisation);
    utilisation_begin(utilisation, BEGIN);
    return utilisation;
}

static void
hold(struct utilisation *utilisation, uint64_t from, uint64_t to)
{
    utilisation_hold(utilisation, BEGIN + from * UNIT_NS, BEGIN + to * UNIT_NS);
}

/* Held in the worst window, in units. */
static uint64_t
worst(const struct utilisation *utilisation, enum utilisation_window window)
{
    uint64_t held_ns;
    assert_true(utilisation_worst(utilisation, window, &held_ns));
    assert_int_equal(held_ns % UNIT_NS, 0);
    return held_ns / UNIT_NS;
}

static void
finish(struct utilisation *utilisation, uint64_t to)
{
    utilisation_end(utilisation, BEGIN + to * UNIT_NS);
}

static void
test_nothing_held(void **state)
{
    (void)state;
    struct utilisation *utilisation = begin();
    finish(utilisation, 20000);
    assert_int_equal(worst(utilisation, UTILISATION_10MS), 0);
    free(utilisation);
}

/* Between two pauses: neither window edge of a fixed grid would find it. */
static void
test_two_pauses_in_one_window(void **state)
{
    (void)state;
    struct utilisation *utilisation = begin();
    hold(utilisation, 1950, 2000);
    hold(utilisation, 2040, 2100);
    hold(utilisation, 9000, 9030);
    finish(utilisation, 20000);
    assert_int_equal(worst(utilisation, UTILISATION_1MS), 60);
    assert_int_equal(worst(utilisation, UTILISATION_10MS), 110);
    assert_int_equal(worst(utilisation, UTILISATION_100MS), 140);
    free(utilisation);
}

static void
test_nested_and_overlapping_count_once(void **state)
{
    (void)state;
    struct utilisation *utilisation = begin();
    hold(utilisation, 5010, 5020);
    hold(utilisation, 5030, 5040);
    hold(utilisation, 5000, 5050); /* around both */
    hold(utilisation, 5045, 5060); /* over its end */
    hold(utilisation, 5060, 5070); /* right behind it */
    hold(utilisation, 5062, 5070); /* inside, and at the same end */
    finish(utilisation, 20000);
    assert_int_equal(worst(utilisation, UTILISATION_1MS), 70);
    assert_int_equal(worst(utilisation, UTILISATION_10MS), 70);
    free(utilisation);
}

static void
test_a_pause_longer_than_the_window(void **state)
{
    (void)state;
    struct utilisation *utilisation = begin();
    hold(utilisation, 3000, 4500);
    finish(utilisation, 20000);
    assert_int_equal(worst(utilisation, UTILISATION_1MS), 100);
    assert_int_equal(worst(utilisation, UTILISATION_10MS), 1000);
    assert_int_equal(worst(utilisation, UTILISATION_100MS), 1500);
    free(utilisation);
}

/* No window reaches beyond the timed part, on either side. */
static void
test_the_edges(void **state)
{
    (void)state;
    struct utilisation *utilisation = begin();
    utilisation_hold(utilisation, 0, BEGIN + 30 * UNIT_NS); /* began before it */
    finish(utilisation, 20000);
    assert_int_equal(worst(utilisation, UTILISATION_1MS), 30);
    free(utilisation);

    utilisation = begin();
    hold(utilisation, 40, 60); /* the only windows lie between 0 and 110 */
    hold(utilisation, 105, 110);
    finish(utilisation, 110);
    assert_int_equal(worst(utilisation, UTILISATION_1MS), 25);
    free(utilisation);

    utilisation = begin();
    hold(utilisation, 40, 60); /* no window begins or ends with it: 1 ms does not fit beside it */
    finish(utilisation, 110);
    assert_int_equal(worst(utilisation, UTILISATION_1MS), 20);
    free(utilisation);
}

/* -- Against every window ------------------------------------------------------------ */

enum { LENGTH = 14000 };

static uint64_t
random_below(uint64_t *random, uint64_t bound)
{
    *random = *random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (*random >> 33) % bound;
}

static uint64_t
count_worst(const unsigned char *held, size_t window)
{
    uint64_t in_window = 0, most = 0;
    for (size_t i = 0; i < LENGTH; i++) {
        in_window += held[i];
        in_window -= i >= window ? held[i - window] : 0;
        if (i + 1 >= window && in_window > most)
            most = in_window;
    }
    return most;
}

/* Events with others inside, as they are told: inner ones first. */
static void
random_event(struct utilisation *utilisation, uint64_t *random, unsigned char *held, uint64_t from,
             uint64_t to)
{
    uint64_t at = from;
    while (random_below(random, 3) == 0 && to - at > 2) {
        uint64_t inner = at + random_below(random, to - at - 1);
        uint64_t inner_end = inner + 1 + random_below(random, to - inner);
        hold(utilisation, inner, inner_end);
        at = inner_end;
    }
    hold(utilisation, from, to);
    memset(held + from, 1, to - from);
}

static void
test_random_events_against_every_window(void **state)
{
    (void)state;
    static unsigned char held[LENGTH];
    for (uint64_t seed = 1; seed <= 400; seed++) {
        uint64_t random = seed, gap = 1 + random_below(&random, 600);
        uint64_t length = 1 + random_below(&random, seed % 7 == 0 ? 3000 : 150);
        struct utilisation *utilisation = begin();
        memset(held, 0, sizeof held);
        for (uint64_t at = random_below(&random, gap); at < LENGTH - 1;) {
            uint64_t to = at + 1 + random_below(&random, length);
            to = to < LENGTH ? to : LENGTH;
            random_event(utilisation, &random, held, at, to);
            at = to + random_below(&random, gap);
        }
        finish(utilisation, LENGTH);
        static const size_t windows[UTILISATION_WINDOWS] = { 100, 1000, 10000 };
        for (unsigned i = 0; i < UTILISATION_WINDOWS; i++) {
            uint64_t found = worst(utilisation, (enum utilisation_window)i);
            uint64_t expected = count_worst(held, windows[i]);
            if (found != expected)
                print_error("seed %d, window %d\n", (int)seed, (int)windows[i]);
            assert_int_equal(found, expected);
        }
        free(utilisation);
    }
}

/* -- Room ------------------------------------------------------------------------------ */

/* Many more spans than there is room for: exact where those of one window fit, else it says so. */
static void
test_short_of_room(void **state)
{
    (void)state;
    struct utilisation *utilisation = begin();
    for (uint64_t i = 0; i < UINT64_C(20) * UTILISATION_SPANS; i++) /* 5000 in 10 ms */
        utilisation_hold(utilisation, BEGIN + i * 2000, BEGIN + i * 2000 + 500);
    utilisation_end(utilisation, BEGIN + UINT64_C(20) * UTILISATION_SPANS * 2000);
    uint64_t held_ns;
    assert_true(utilisation_worst(utilisation, UTILISATION_1MS, &held_ns));
    assert_int_equal(held_ns, 250000);
    assert_true(utilisation_worst(utilisation, UTILISATION_10MS, &held_ns));
    assert_int_equal(held_ns, 2500000);
    assert_false(utilisation_worst(utilisation, UTILISATION_100MS, &held_ns));
    free(utilisation);
}

/* One event around all that came before, dropped ones too. */
static void
test_an_event_around_more_than_is_kept(void **state)
{
    (void)state;
    struct utilisation *utilisation = begin();
    for (uint64_t i = 0; i < UINT64_C(2) * UTILISATION_SPANS; i++)
        hold(utilisation, 3 * i + 1, 3 * i + 2);
    hold(utilisation, 0, UINT64_C(6) * UTILISATION_SPANS);
    hold(utilisation, UINT64_C(6) * UTILISATION_SPANS + 10, UINT64_C(6) * UTILISATION_SPANS + 20);
    finish(utilisation, UINT64_C(6) * UTILISATION_SPANS + 30);
    assert_int_equal(worst(utilisation, UTILISATION_10MS), 1000);
    assert_int_equal(worst(utilisation, UTILISATION_100MS), 10000);
    free(utilisation);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_held),
        cmocka_unit_test(test_two_pauses_in_one_window),
        cmocka_unit_test(test_nested_and_overlapping_count_once),
        cmocka_unit_test(test_a_pause_longer_than_the_window),
        cmocka_unit_test(test_the_edges),
        cmocka_unit_test(test_random_events_against_every_window),
        cmocka_unit_test(test_short_of_room),
        cmocka_unit_test(test_an_event_around_more_than_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
