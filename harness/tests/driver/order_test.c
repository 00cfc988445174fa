/* order_test.c -- the statistics: medians, the ranks of their intervals, ratios of pairs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats/order.h"
#include "stats/ratio.h"

/* The ranks of the literature (Conover's table of the sign test). */
static void
ranks_are_those_of_the_sign_test(void **state)
{
    (void)state;
    for (size_t n = 0; n < STATS_INTERVAL_MIN; n++)
        assert_int_equal(stats_rank(n), 0);
    assert_int_equal(stats_rank(6), 1);
    assert_int_equal(stats_rank(8), 1);
    assert_int_equal(stats_rank(9), 2);
    assert_int_equal(stats_rank(10), 2);
    assert_int_equal(stats_rank(20), 6);
    assert_int_equal(stats_rank(30), 10);
    assert_int_equal(stats_rank(100), 40);
}

/* Counts all sequences of n fair coins: the interval misses with at most 5 %, and the next
 * narrower one with more. */
static void
ranks_cover_what_they_promise(void **state)
{
    (void)state;
    for (unsigned n = STATS_INTERVAL_MIN; n <= 20; n++) {
        uint64_t misses = 0, misses_narrower = 0;
        size_t rank = stats_rank(n);
        for (uint32_t coins = 0; coins < UINT32_C(1) << n; coins++) {
            size_t below = (size_t)__builtin_popcount(coins);
            misses += below < rank || n - below < rank;
            misses_narrower += below < rank + 1 || n - below < rank + 1;
        }
        double all = ldexp(1, (int)n);
        assert_true((double)misses / all <= 0.05);
        assert_true((double)misses_narrower / all > 0.05);
    }
}

static void
medians_of_odd_and_even_samples(void **state)
{
    (void)state;
    double odd[] = { 5, 1, 3 };
    double even[] = { 4, 1, 3, 2 };
    assert_true(stats_estimate(odd, 3).median == 3);
    assert_true(stats_estimate(even, 4).median == 2.5);
    assert_false(stats_estimate(even, 4).has_interval);
    assert_int_equal(stats_estimate(odd, 3).n, 3);
}

static void
interval_is_made_of_order_statistics(void **state)
{
    (void)state;
    double sample[] = { 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 };
    struct stats_estimate estimate = stats_estimate(sample, 10);
    assert_true(estimate.has_interval);
    assert_true(estimate.lo == 2 && estimate.hi == 9 && estimate.median == 5.5);
}

static void
ratio_of_reversed_pairs_is_the_reciprocal(void **state)
{
    (void)state;
    double left[] = { 2, 4, 6, 8, 10, 13 }, left_again[] = { 1, 2, 2, 4, 5, 5 };
    const double right[] = { 1, 2, 2, 4, 5, 5 }, right_again[] = { 2, 4, 6, 8, 10, 13 };
    struct stats_estimate ratio = stats_ratio(left, right, 6);
    struct stats_estimate reversed = stats_ratio(left_again, right_again, 6);
    assert_true(fabs(ratio.median - 2) < 1e-12);
    assert_true(fabs(ratio.lo - 2) < 1e-12 && fabs(ratio.hi - 3) < 1e-12);
    assert_true(fabs(ratio.median * reversed.median - 1) < 1e-12);
    assert_true(fabs(ratio.hi * reversed.lo - 1) < 1e-12);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_those_of_the_sign_test),
        cmocka_unit_test(ranks_cover_what_they_promise),
        cmocka_unit_test(medians_of_odd_and_even_samples),
        cmocka_unit_test(interval_is_made_of_order_statistics),
        cmocka_unit_test(ratio_of_reversed_pairs_is_the_reciprocal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
