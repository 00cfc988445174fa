/* plan_test.c -- the order of a race: every round a complete block, shuffled by its seed alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "plan.h"

enum { MEMBERS = 12, RACES = 3, ROUNDS = 200 };

/* Three races of four managers, of which the last two emit events. */
static struct plan
small_plan(uint64_t seed)
{
    static struct options options;
    static struct plan_race races[RACES];
    static struct plan_cell members[MEMBERS];
    static const struct cells_manager managers[4] = {
        { .name = "a" },
        { .name = "b" },
        { .name = "c", .emits_events = true },
        { .name = "d", .emits_events = true },
    };
    for (size_t i = 0; i < MEMBERS; i++)
        members[i] = (struct plan_cell){ .race = i / 4, .manager = &managers[i % 4] };
    options.no_record = false;
    return (struct plan){ .options = &options,
                          .order_seed = seed,
                          .races = races,
                          .race_count = RACES,
                          .members = members,
                          .member_count = MEMBERS };
}

static void
every_round_is_a_complete_block(void **state)
{
    struct plan plan = small_plan(5);
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        struct plan_step *steps;
        size_t seen[MEMBERS] = { 0 }, twins[RACES] = { 0 };
        size_t n = plan_round(&plan, round, &steps);
        assert_int_equal(n, MEMBERS + RACES);
        for (size_t i = 0; i < n; i++) {
            const struct plan_cell *cell = &plan.members[steps[i].member];
            seen[steps[i].member] += !steps[i].is_twin;
            twins[cell->race] += steps[i].is_twin;
            assert_true(!steps[i].is_twin || cell->manager->emits_events);
        }
        for (size_t i = 0; i < MEMBERS; i++)
            assert_int_equal(seen[i], 1);
        for (size_t i = 0; i < RACES; i++)
            assert_int_equal(twins[i], 1);
    }
}

static bool
is_same_order(const struct plan *a, const struct plan *b, unsigned round_a, unsigned round_b)
{
    struct plan_step *left, *right;
    size_t n = plan_round(a, round_a, &left);
    bool is_same = plan_round(b, round_b, &right) == n;
    for (size_t i = 0; is_same && i < n; i++)
        is_same = left[i].member == right[i].member && left[i].is_twin == right[i].is_twin;
    return is_same;
}

static void
order_follows_from_seed_and_round(void **state)
{
    struct plan one = small_plan(5), same = small_plan(5), other = small_plan(6);
    (void)state;
    assert_true(is_same_order(&one, &same, 3, 3));
    assert_false(is_same_order(&one, &other, 3, 3));
    assert_false(is_same_order(&one, &one, 3, 4));
}

/* Each cell comes first about equally often: 200 rounds of 15 steps, 13 expected. */
static void
every_cell_has_its_turn_at_the_start(void **state)
{
    struct plan plan = small_plan(7);
    size_t first[MEMBERS] = { 0 };
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        struct plan_step *steps;
        plan_round(&plan, round, &steps);
        first[steps[0].member]++;
    }
    for (size_t i = 0; i < MEMBERS; i++)
        assert_in_range(first[i], 2, 40);
}

static void
no_twins_without_recording_or_a_wish(void **state)
{
    struct plan plan = small_plan(5);
    static struct options silent = { .no_record = true }, alone = { .no_twins = true };
    struct plan_step *steps;
    (void)state;
    plan.options = &silent;
    assert_int_equal(plan_round(&plan, 1, &steps), MEMBERS);
    plan.options = &alone;
    assert_int_equal(plan_round(&plan, 1, &steps), MEMBERS);
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
        cmocka_unit_test(every_round_is_a_complete_block),
        cmocka_unit_test(order_follows_from_seed_and_round),
        cmocka_unit_test(every_cell_has_its_turn_at_the_start),
        cmocka_unit_test(no_twins_without_recording_or_a_wish),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
