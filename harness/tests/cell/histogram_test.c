/* histogram_test.c -- quantiles of the histogram against a sorted array, to 0.1 %; its edges,
 * merging and export. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "histogram.h"

#include <math.h>
#include <stdlib.h>

enum { VALUES = 20000 };

static struct histogram histogram, other;
static uint64_t values[VALUES];

static uint64_t
next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Values of every magnitude from 1 ns to 1000 s. */
static void
fill(uint64_t seed)
{
    for (size_t i = 0; i < VALUES; i++) {
        uint64_t random = next_random(&seed);
        values[i] = (random >> (24 + random % 40)) + 1;
    }
}

static int
compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void
assert_near(uint64_t value, uint64_t exact)
{
    double error = fabs((double)value - (double)exact);
    if (error > 0.001 * (double)exact)
        fail_msg("%llu is not within 0.1 %% of %llu", (unsigned long long)value,
                 (unsigned long long)exact);
}

static void
test_quantiles_match_sorted_array(void **state)
{
    static const double quantiles[] = { 0, 0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1 };
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        fill(seed);
        histogram_init(&histogram);
        uint64_t sum = 0;
        for (size_t i = 0; i < VALUES; i++) {
            histogram_record(&histogram, values[i]);
            sum += values[i];
        }
        qsort(values, VALUES, sizeof values[0], compare);
        for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
            double rank = ceil(quantiles[i] * VALUES);
            size_t index = rank < 1 ? 0 : (size_t)rank - 1;
            assert_near(histogram_quantile(&histogram, quantiles[i]), values[index]);
        }
        assert_int_equal(histogram.count, VALUES);
        assert_int_equal(histogram.sum, sum);
        assert_int_equal(histogram.min, values[0]);
        assert_int_equal(histogram.max, values[VALUES - 1]);
    }
}

/* At every power of two and beside it: the bucket follows the one before, and is true to 0.1 %. */
static void
test_every_magnitude(void **state)
{
    (void)state;
    size_t last = 0;
    for (unsigned shift = 1; shift <= HISTOGRAM_TOP; shift++)
        for (int offset = -1; offset <= 1; offset++) {
            uint64_t value = (UINT64_C(1) << shift) + (uint64_t)(int64_t)offset;
            assert_true(histogram_bucket(value) >= last);
            assert_true(histogram_bucket(value) < HISTOGRAM_BUCKETS);
            last = histogram_bucket(value);
            histogram_init(&histogram);
            histogram_record(&histogram, 1);
            histogram_record(&histogram, value);
            histogram_record(&histogram, HISTOGRAM_MAX);
            assert_near(histogram_quantile(&histogram, 0.6), value);
        }
    assert_int_equal(histogram_bucket(HISTOGRAM_MAX), HISTOGRAM_BUCKETS - 1);
    assert_true(HISTOGRAM_MAX >= UINT64_C(1000000000000));
}

static void
test_edges(void **state)
{
    (void)state;
    histogram_init(&histogram);
    assert_int_equal(histogram_quantile(&histogram, 0.5), 0);
    histogram_record(&histogram, UINT64_MAX);
    assert_int_equal(histogram_quantile(&histogram, 1), HISTOGRAM_MAX);
    histogram_init(&histogram);
    histogram_record(&histogram, 0);
    assert_int_equal(histogram_quantile(&histogram, 0.5), 0);
    assert_int_equal(histogram.count, 1);
}

/* What was exported and recorded again, or merged, is the same histogram. */
static void
test_export_and_merge(void **state)
{
    (void)state;
    fill(7);
    histogram_init(&histogram);
    for (size_t i = 0; i < VALUES; i++)
        histogram_record(&histogram, values[i]);
    histogram_init(&other);
    uint64_t value, count;
    for (size_t at = 0; histogram_next(&histogram, &at, &value, &count);)
        histogram_record_many(&other, value, count);
    assert_memory_equal(other.buckets, histogram.buckets, sizeof other.buckets);
    assert_int_equal(other.count, VALUES);
    histogram_merge(&other, &histogram);
    assert_int_equal(other.count, 2 * VALUES);
    assert_near(other.min, histogram.min);
    assert_near(other.max, histogram.max);
    assert_near(histogram_quantile(&other, 0.5), histogram_quantile(&histogram, 0.5));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles_match_sorted_array),
        cmocka_unit_test(test_every_magnitude),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_export_and_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
