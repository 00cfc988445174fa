/* plan.c -- what a race consists of: its cells, what cannot run and why, and each round's order.
 *
 * A round is a complete block: every cell once, all of them in one random order, so that drift of
 * the machine falls on all alike.  The order of a round comes from a stream of its own, so that a
 * resumed race goes on exactly as it would have. */
#include "plan.h"

#include <regex.h>
#include <string.h>

#include "memory.h"
#include "random.h"
#include "say.h"
#include "topology.h"

enum { PLAN_LIMIT_S = 60, PLAN_LARGE_TIMES = 10 };

const char *
plan_race_name(const struct plan_race *race)
{
    if (!*race->variant)
        return race->workload->name;
    return memory_text("%s/%s", race->workload->name, race->variant);
}

double
plan_time_limit(const struct plan *plan)
{
    if (plan->options->cell_timeout_s > 0)
        return plan->options->cell_timeout_s;
    return strcmp(plan->options->size, "large") == 0 ? PLAN_LIMIT_S * PLAN_LARGE_TIMES
                                                     : PLAN_LIMIT_S;
}

static void
plan_add_missing(struct plan *plan, const char *workload, const char *variant, const char *manager,
                 const char *reason)
{
    plan->missing = memory_room(plan->missing, plan->missing_count, sizeof *plan->missing);
    plan->missing[plan->missing_count++] = (struct plan_missing){ workload, variant, manager,
                                                                  reason };
}

/* Why this manager cannot run in the race, or NULL. */
static const char *
plan_obstacle(const struct plan *plan, const struct cells_manager *manager,
              const struct plan_race *race)
{
    if (manager->role == CELLS_MISSING)
        return memory_text("unavailable: install the package %s and build again", manager->package);
    if (race->workload->unavailable)
        return race->workload->unavailable;
    if (manager->unavailable)
        return manager->unavailable;
    if (!cells_is_built(plan->cells, race->workload->name, manager->name))
        return "not built";
    const char *lack = cells_lack(race->workload, manager);
    if (lack)
        return memory_text(
            "nothing to measure: the workload needs a manager of which \"%s\" is true", lack);
    if (race->threads > manager->max_threads)
        return manager->max_threads == 1 ? "one thread"
                                         : memory_text("at most %u threads", manager->max_threads);
    return NULL;
}

static void
plan_add_cells(struct plan *plan, size_t race_index, const struct cells_manager *manager)
{
    const struct plan_race *race = &plan->races[race_index];
    const char *obstacle = plan_obstacle(plan, manager, race);
    if (obstacle) {
        plan_add_missing(plan, race->workload->name, race->variant, manager->name, obstacle);
        return;
    }
    for (size_t i = 0; i < plan->options->heap_factor_count; i++) {
        plan->members = memory_room(plan->members, plan->member_count, sizeof *plan->members);
        plan->members[plan->member_count++] = (struct plan_cell){
            .race = race_index,
            .manager = manager,
            .heap_factor = plan->options->heap_factors[i],
        };
    }
}

bool
plan_wants_manager(const struct options *options, const struct cells_manager *manager)
{
    if (manager->role == CELLS_REFEREE)
        return false;
    for (size_t i = 0; i < options->managers.count; i++) {
        if (strcmp(options->managers.words[i], manager->name) == 0)
            return true;
    }
    return options->managers.count == 0 && manager->role != CELLS_ON_REQUEST;
}

static void
plan_add_race(struct plan *plan, const struct cells_workload *workload, const char *variant,
              unsigned threads, unsigned cores)
{
    const char *cpus = plan->options->cpus ? plan->options->cpus : topology_last_cores(cores);
    size_t index = plan->race_count;
    plan->races = memory_room(plan->races, index, sizeof *plan->races);
    plan->races[plan->race_count++] = (struct plan_race){
        .workload = workload,
        .variant = variant,
        .threads = threads,
        .cores = topology_list_length(cpus),
        .cpus = cpus,
        .timed_objects = -1,
        .timed_bytes = -1,
        .peak_bytes = -1,
        .counts_missing = "the referee was not asked",
    };
    for (size_t i = 0; i < plan->cells->manager_count; i++) {
        if (plan_wants_manager(plan->options, &plan->cells->managers[i]) &&
            cells_takes_part(&plan->cells->managers[i], workload->name))
            plan_add_cells(plan, index, &plan->cells->managers[i]);
    }
}

/* Every number of cores that was asked for. */
static void
plan_add_races(struct plan *plan, const struct cells_workload *workload, const char *variant,
               unsigned threads)
{
    if (plan->options->core_count == 0)
        plan_add_race(plan, workload, variant, threads, threads);
    for (size_t i = 0; i < plan->options->core_count; i++)
        plan_add_race(plan, workload, variant, threads, plan->options->cores[i]);
}

/* Every number of threads that was asked for, as far as the workload goes. */
static void
plan_add_variant(struct plan *plan, const struct cells_workload *workload, const char *variant)
{
    if (plan->options->thread_count == 0) {
        plan_add_races(plan, workload, variant, workload->threads_default);
        return;
    }
    for (size_t i = 0; i < plan->options->thread_count; i++) {
        unsigned threads = plan->options->threads[i];
        if (threads <= workload->threads_max)
            plan_add_races(plan, workload, variant, threads);
        else
            plan_add_missing(plan, workload->name, variant, "",
                             memory_text("the workload runs with at most %u threads, not %u",
                                         workload->threads_max, threads));
    }
}

static bool
plan_add_workloads(struct plan *plan)
{
    regex_t regex;
    const char *filter = plan->options->filter;
    if (filter && regcomp(&regex, filter, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool any = false;
    for (size_t i = 0; i < plan->cells->workload_count; i++) {
        const struct cells_workload *workload = &plan->cells->workloads[i];
        for (size_t j = 0; j < workload->variant_count; j++) {
            const char *variant = workload->variants[j];
            const char *name = memory_text("%s%s%s", workload->name, *variant ? "/" : "", variant);
            bool is_wanted = filter ? regexec(&regex, name, 0, NULL, 0) == 0
                                    : !cells_is_on_request(workload, variant);
            if (!is_wanted)
                continue;
            any = true;
            plan_add_variant(plan, workload, variant);
        }
    }
    if (filter)
        regfree(&regex);
    return any;
}

/* The names of all that can be raced, for a suggestion; a filter is a regular expression, so only
 * names can be near. */
static const char *const *
plan_workload_names(const struct cells *cells)
{
    const char **names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < cells->workload_count; i++) {
        for (size_t j = 0; j < cells->workloads[i].variant_count; j++) {
            const char *variant = cells->workloads[i].variants[j];
            names = memory_room(names, n, sizeof *names);
            names[n++] = *variant ? memory_text("%s/%s", cells->workloads[i].name, variant)
                                  : cells->workloads[i].name;
        }
    }
    names = memory_room(names, n, sizeof *names);
    names[n] = NULL;
    return names;
}

static void
plan_say_nothing_matches(const struct cells *cells, const char *filter)
{
    if (filter)
        say_error("--filter %s: no workload matches%s", filter,
                  say_suggestion(filter, plan_workload_names(cells)));
    else
        say_error("all workloads of this build are raced on request only: name one with --filter");
}

static bool
plan_check_managers(const struct cells *cells, const struct options *options)
{
    for (size_t i = 0; i < options->managers.count; i++) {
        const char *word = options->managers.words[i];
        const struct cells_manager *manager = cells_find_manager(cells, word);
        if (manager && manager->role != CELLS_REFEREE)
            continue;
        const char **names = memory_get((cells->manager_count + 1) * sizeof *names);
        size_t n = 0;
        for (size_t j = 0; j < cells->manager_count; j++) {
            if (cells->managers[j].role != CELLS_REFEREE)
                names[n++] = cells->managers[j].name;
        }
        if (manager)
            say_error("--managers: %s is the referee, and is not raced", word);
        else
            say_error("--managers: unknown manager '%s'%s", word, say_suggestion(word, names));
        return false;
    }
    return true;
}

static bool
plan_check_cpus(const struct options *options)
{
    long refused = options->cpus ? topology_first_refused(options->cpus) : -1;
    if (refused == -2)
        say_error("--cpus %s: no list of cores; give numbers, as 1,3 or 2-5", options->cpus);
    else if (refused >= 0)
        say_error("--cpus %s: core %ld is not there, or not allowed; choose from %s", options->cpus,
                  refused, topology_last_cores(topology_cores()));
    return refused == -1;
}

static bool
plan_check_cores(const struct options *options)
{
    size_t cores = topology_cores();
    for (size_t i = 0; i < options->core_count; i++) {
        if (options->cores[i] > cores) {
            say_error("--cores %u: this machine has %zu", options->cores[i], cores);
            return false;
        }
    }
    return true;
}

bool
plan_make(struct plan *plan, const struct cells *cells, const struct options *options, int *status)
{
    *plan = (struct plan){ .cells = cells, .options = options };
    plan->seed = options->has_seed ? options->seed : 1;
    plan->order_seed = options->has_seed ? options->seed : random_fresh();
    *status = SAY_ERROR;
    if (!topology_open())
        return false;
    *status = SAY_USAGE;
    if (!plan_check_managers(cells, options) || !plan_check_cpus(options) ||
        !plan_check_cores(options))
        return false;
    if (cells->workload_count > 0 && !plan_add_workloads(plan)) {
        plan_say_nothing_matches(cells, options->filter);
        return false;
    }
    *status = SAY_FINE;
    return true;
}

/* Draws one recording cell of each race that has any, for its twin. */
static size_t
plan_draw_twins(const struct plan *plan, struct random *random, struct plan_step *steps)
{
    size_t n = 0;
    for (size_t race = 0; race < plan->race_count; race++) {
        uint64_t seen = 0;
        for (size_t i = 0; i < plan->member_count; i++) {
            const struct plan_cell *cell = &plan->members[i];
            if (cell->race != race || !cell->manager->emits_events)
                continue;
            /* Each of k candidates stays with 1/k (Vitter 1985, reservoir of one). */
            if (random_below(random, ++seen) == 0)
                steps[n] = (struct plan_step){ .member = i, .is_twin = true };
        }
        n += seen > 0;
    }
    return n;
}

size_t
plan_round(const struct plan *plan, unsigned round, struct plan_step **out)
{
    struct random random = random_seed(plan->order_seed, round);
    struct plan_step *steps = memory_get((plan->member_count + plan->race_count + 1) *
                                         sizeof *steps);
    size_t n = 0;
    for (size_t i = 0; i < plan->member_count; i++)
        steps[n++].member = i;
    if (!plan->options->no_record && !plan->options->no_twins)
        n += plan_draw_twins(plan, &random, steps + n);
    for (size_t i = n; i > 1; i--) { /* Fisher and Yates 1938 */
        size_t j = random_below(&random, i);
        struct plan_step moved = steps[i - 1];
        steps[i - 1] = steps[j];
        steps[j] = moved;
    }
    *out = steps;
    return n;
}
