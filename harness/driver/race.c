/* race.c -- a race under way: the passes before the rounds, and the rounds. */
#include "race.h"

#include <string.h>

#include "counts.h"
#include "memory.h"
#include "outcome.h"
#include "process.h"
#include "progress.h"
#include "say.h"

/* The rate of a paced race: this share of what the slowest contestant can serve. */
static const double RACE_RATE_SHARE = 0.5;

bool
race_keep(struct race *race, const struct record *record)
{
    if (!record_append(race->file, race->records_path, race->run, record)) {
        race->is_broken = true;
        return false;
    }
    struct record_list *done = &race->done;
    done->records = memory_room(done->records, done->count, sizeof *done->records);
    done->records[done->count++] = *record;
    return true;
}

struct plan_race *
race_of(const struct race *race, const struct record *record)
{
    for (size_t i = 0; i < race->plan.race_count; i++) {
        struct plan_race *candidate = &race->plan.races[i];
        if (candidate->threads == record->threads && candidate->cores == record->cores &&
            strcmp(candidate->workload->name, record->workload) == 0 &&
            strcmp(candidate->variant, record->variant) == 0)
            return candidate;
    }
    return NULL;
}

static struct plan_cell *
race_cell_of(const struct race *race, const struct record *record)
{
    const struct plan_race *wanted = race_of(race, record);
    for (size_t i = 0; i < race->plan.member_count; i++) {
        struct plan_cell *cell = &race->plan.members[i];
        if (&race->plan.races[cell->race] == wanted && cell->heap_factor == record->heap_factor &&
            strcmp(cell->manager->name, record->manager) == 0)
            return cell;
    }
    return NULL;
}

static const char *
race_place(const struct record *record)
{
    const char *factor = record->heap_factor > 0
                             ? memory_text(", heap factor %g", record->heap_factor)
                             : "";
    return memory_text("%s%s%s under %s%s", record->workload, *record->variant ? "/" : "",
                       record->variant, record->manager, factor);
}

/* A cell that ran out of memory does so again, and one that failed must be mended first: what is
 * not measured once is not run again, lest one that hangs costs its time limit in every round. */
static void
race_skip_unless_measured(struct plan_cell *cell, const struct record *record)
{
    if (cell && record->status != RECORD_MEASURED && !cell->skipped)
        cell->skipped = record->reason;
}

static void
race_tell(const struct record *record)
{
    if (record->status == RECORD_EXHAUSTED)
        say_note("%s: %s; a result, not run again in this race", race_place(record),
                 record->reason);
    else if (record->status != RECORD_MEASURED)
        say_error("%s: %s: %s; not run again in this race", race_place(record),
                  record_status_name(record->status), record->reason);
}

/* The rate of a race from its pilot: half of what the slowest contestant can serve. */
static void
race_set_rate(struct race *race, struct plan_race *paced)
{
    double slowest = 0;
    for (size_t i = 0; i < race->done.count; i++) {
        const struct record *record = &race->done.records[i];
        double capacity;
        if (record->phase == RECORD_PILOT && record->status == RECORD_MEASURED &&
            race_of(race, record) == paced && record_metric(record, "capacity_per_s", &capacity) &&
            capacity > 0 && (slowest == 0 || capacity < slowest))
            slowest = capacity;
    }
    paced->rate = slowest * RACE_RATE_SHARE;
}

void
race_replay(struct race *race)
{
    race->replayed = race->done.count;
    for (size_t i = 0; i < race->done.count; i++) {
        const struct record *record = &race->done.records[i];
        struct plan_race *of = race_of(race, record);
        if (record->phase == RECORD_COUNT && of)
            counts_apply(of, record);
        else
            race_skip_unless_measured(race_cell_of(race, record), record);
    }
    for (size_t i = 0; i < race->plan.race_count; i++)
        race_set_rate(race, &race->plan.races[i]);
}

/* How many processes of this place were recorded before the race was stopped, and whether no other
 * is wanted: one was measured undisturbed, or was not measured, or is never repeated. */
static unsigned
race_attempts(const struct race *race, enum record_phase phase, const struct plan_race *of,
              const struct plan_cell *cell, unsigned round, bool *is_settled)
{
    unsigned attempts = 0;
    *is_settled = false;
    for (size_t i = 0; i < race->replayed; i++) {
        const struct record *record = &race->done.records[i];
        if (record->phase != phase || record->round != round || race_of(race, record) != of ||
            (cell && race_cell_of(race, record) != cell))
            continue;
        attempts++;
        *is_settled |= phase != RECORD_RACE || !record_is_disturbed(record);
    }
    return attempts;
}

/* Whether a process before the rounds was recorded then. */
static bool
race_has(const struct race *race, enum record_phase phase, const struct plan_race *of,
         const struct plan_cell *cell)
{
    bool is_settled;
    return race_attempts(race, phase, of, cell, 0, &is_settled) > 0;
}

static bool
race_has_members(const struct plan *plan, size_t index)
{
    for (size_t i = 0; i < plan->member_count; i++) {
        if (plan->members[i].race == index)
            return true;
    }
    return false;
}

static bool
race_stops(struct race *race)
{
    race->is_interrupted |= process_is_interrupted();
    return race->is_interrupted || race->is_broken;
}

bool
race_count(struct race *race)
{
    struct plan *plan = &race->plan;
    progress_begin(plan->race_count, 0);
    for (size_t i = 0; i < plan->race_count && !race_stops(race); i++) {
        struct plan_race *of = &plan->races[i];
        const char *obstacle = counts_obstacle(plan, of);
        struct record record;
        progress_show(i, memory_text("%s: counting", plan_race_name(of)));
        if (obstacle)
            of->counts_missing = obstacle;
        if (obstacle || !race_has_members(plan, i) || race_has(race, RECORD_COUNT, of, NULL))
            continue;
        if (!counts_take(plan, of, &record)) {
            race->is_interrupted = true;
            break;
        }
        race_tell(&record);
        counts_apply(of, &record);
        race_keep(race, &record);
    }
    progress_end();
    return !race_stops(race);
}

/* Where a process stands in the race. */
struct race_turn {
    unsigned round, order, attempt;
};

/* Runs one cell, completes and judges its record, and keeps it. */
static bool
race_run(struct race *race, struct plan_cell *cell, const struct outcome_call *call,
         struct race_turn turn)
{
    struct plan_race *of = &race->plan.races[cell->race];
    struct record record;
    if (!outcome_run(&race->plan, of, call, &record)) {
        race->is_interrupted = true;
        return false;
    }
    record.round = turn.round;
    record.order = turn.order;
    record.attempt = turn.attempt;
    if (record.status == RECORD_MEASURED)
        counts_compare(of, &record);
    if (record.status == RECORD_MEASURED && call->phase != RECORD_PILOT)
        counts_complete(of, &record);
    race_tell(&record);
    race_skip_unless_measured(cell, &record);
    return race_keep(race, &record);
}

bool
race_pilot(struct race *race)
{
    struct plan *plan = &race->plan;
    progress_begin(plan->member_count, 0);
    for (size_t i = 0; i < plan->member_count && !race_stops(race); i++) {
        struct plan_cell *cell = &plan->members[i];
        const struct plan_race *of = &plan->races[cell->race];
        const struct outcome_call call = {
            .manager = cell->manager,
            .heap_factor = cell->heap_factor,
            .phase = RECORD_PILOT,
            .limit_s = plan_time_limit(plan),
        };
        if (!of->workload->serves || race_has(race, RECORD_PILOT, of, cell))
            continue;
        progress_show(i, memory_text("%s %s: pilot", plan_race_name(of), cell->manager->name));
        race_run(race, cell, &call, (struct race_turn){ .attempt = 1 });
    }
    progress_end();
    for (size_t i = 0; i < plan->race_count; i++)
        race_set_rate(race, &plan->races[i]);
    return !race_stops(race);
}

/* The cell of a step.  A twin that was drawn from a cell that runs no more is taken from the next
 * one of its race that emits events and runs. */
static struct plan_cell *
race_cell_for(struct plan *plan, const struct plan_step *step)
{
    struct plan_cell *drawn = &plan->members[step->member];
    for (size_t i = 0; step->is_twin && drawn->skipped && i < plan->member_count; i++) {
        struct plan_cell *next = &plan->members[(step->member + i) % plan->member_count];
        if (next->race == drawn->race && next->manager->emits_events && !next->skipped)
            return next;
    }
    return drawn;
}

/* Runs a cell until the kernel left it alone, or as often as was asked for.  `attempts` were made
 * in an earlier session, the last of them disturbed. */
static bool
race_attempt(struct race *race, struct plan_cell *cell, const struct outcome_call *call,
             struct race_turn turn, unsigned attempts)
{
    unsigned most = 1 + (call->phase == RECORD_RACE ? race->plan.options->repeats : 0);
    for (turn.attempt = attempts + 1; turn.attempt <= most && !race_stops(race); turn.attempt++) {
        if (!race_run(race, cell, call, turn))
            return false;
        if (!record_is_disturbed(&race->done.records[race->done.count - 1]))
            break;
    }
    return true;
}

static bool
race_step(struct race *race, const struct plan_step *step, unsigned round, unsigned order)
{
    struct plan *plan = &race->plan;
    struct plan_cell *cell = race_cell_for(plan, step);
    const struct plan_race *of = &plan->races[cell->race];
    const struct outcome_call call = {
        .manager = cell->manager,
        .heap_factor = cell->heap_factor,
        .phase = step->is_twin ? RECORD_TWIN : RECORD_RACE,
        .is_recording = !step->is_twin && !plan->options->no_record,
        .limit_s = plan_time_limit(plan),
    };
    bool has_no_rate = of->workload->serves && of->rate <= 0;    /* no pilot was measured */
    const struct plan_cell *place = step->is_twin ? NULL : cell; /* one twin a race and round */
    bool is_settled;
    unsigned attempts = race_attempts(race, call.phase, of, place, round, &is_settled);
    if (cell->skipped || has_no_rate || is_settled)
        return true;
    return race_attempt(race, cell, &call, (struct race_turn){ .round = round, .order = order },
                        attempts);
}

/* Whether another round as long as the longest one would end within the budget. */
static bool
race_has_time(const struct race *race, double longest_s)
{
    double budget_s = race->plan.options->time_budget_s;
    return budget_s <= 0 || progress_clock() - race->begin_s + longest_s <= budget_s;
}

bool
race_rounds(struct race *race)
{
    const struct plan *plan = &race->plan;
    unsigned planned = plan->options->rounds;
    struct plan_step *steps;
    size_t per_round = plan_round(plan, 1, &steps);
    double budget_s = plan->options->time_budget_s;
    double left_s = budget_s > 0 ? budget_s - (progress_clock() - race->begin_s) : 0;
    double longest_s = 0;
    progress_begin(per_round * planned, left_s > 1 ? left_s : budget_s > 0);
    for (unsigned round = 1; round <= planned && !race_stops(race); round++) {
        if (round > 1 && !race_has_time(race, longest_s))
            break;
        double begin_s = progress_clock();
        size_t n = plan_round(plan, round, &steps);
        for (size_t i = 0; i < n && !race_stops(race); i++) {
            const struct plan_cell *cell = &plan->members[steps[i].member];
            progress_show((round - 1) * per_round + i,
                          memory_text("%s %s", plan_race_name(&plan->races[cell->race]),
                                      cell->manager->name));
            race_step(race, &steps[i], round, (unsigned)i + 1);
        }
        double took_s = progress_clock() - begin_s;
        longest_s = took_s > longest_s ? took_s : longest_s;
        race->rounds = race_stops(race) ? race->rounds : round;
    }
    progress_end();
    return !race_stops(race);
}
