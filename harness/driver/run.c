/* run.c -- heapstakes run: races managers on workloads, and records it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cells.h"
#include "document.h"
#include "machine.h"
#include "memory.h"
#include "process.h"
#include "progress.h"
#include "race.h"
#include "run_folder.h"
#include "say.h"
#include "summary.h"
#include "table.h"
#include "topology.h"
#include "verbs.h"

/* Of other programs, per core, before a race warns of it. */
static const double RUN_LOAD_MAX = 0.5;

/* Prints what would be raced. */
static void
run_print_plan(const struct plan *plan)
{
    struct table table = { .column_count = 0 };
    table_column(&table, "workload", false);
    table_column(&table, "variant", false);
    table_column(&table, "manager", false);
    table_column(&table, "threads", true);
    table_column(&table, "cpus", false);
    table_column(&table, "heap factor", true);
    table_column(&table, "runs", false);
    for (size_t i = 0; i < plan->member_count; i++) {
        const struct plan_cell *cell = &plan->members[i];
        const struct plan_race *race = &plan->races[cell->race];
        table_cell(&table, race->workload->name);
        table_cell(&table, race->variant);
        table_cell(&table, cell->manager->name);
        table_cell(&table, memory_text("%u", race->threads));
        table_cell(&table, race->cpus);
        table_cell(&table, cell->heap_factor > 0 ? memory_text("%g", cell->heap_factor) : "none");
        table_cell(&table, memory_text("%u rounds", plan->options->rounds));
    }
    for (size_t i = 0; i < plan->missing_count; i++) {
        const struct plan_missing *missing = &plan->missing[i];
        table_cell(&table, missing->workload);
        table_cell(&table, missing->variant);
        table_cell(&table, missing->manager);
        for (size_t j = 0; j < 3; j++)
            table_cell(&table, "-");
        table_cell(&table, memory_text("not: %s", missing->reason));
    }
    table_print(&table, plan->options->format);
}

/* What makes the results of this race questionable, in one line each; doctor says more. */
static void
run_warn(const struct plan *plan)
{
    const struct cells *cells = plan->cells;
    size_t cores = topology_cores();
    const char *load = machine_file("/proc/loadavg");
    double per_core = load ? strtod(load, NULL) / (double)cores : 0;
    if (per_core > RUN_LOAD_MAX)
        say_warning("other programs keep %.1f of each core busy: end them, or wait; heapstakes "
                    "doctor says more",
                    per_core);
    if (strcmp(cells->build_type, "Release") != 0 || *cells->sanitize)
        say_warning("this is a %s%s%s build: its times say nothing; build with "
                    "-DCMAKE_BUILD_TYPE=Release",
                    cells->build_type, *cells->sanitize ? ", sanitised " : "", cells->sanitize);
    for (const char *const *variable = machine_meddling(); *variable; variable++)
        say_warning("%s is set and changes an allocator; unset it", *variable);
    for (size_t i = 0; i < plan->race_count; i++) {
        if (plan->races[i].threads > cores)
            say_warning("%s wants %u cores, this machine has %zu", plan_race_name(&plan->races[i]),
                        plan->races[i].threads, cores);
    }
}

static bool
run_write_summary(const struct race *race)
{
    const json_t *summary = summary_load(race->folder);
    return summary && document_write(memory_text("%s/summary.json", race->folder), summary);
}

/* What the records of this run come to. */
static int
run_status(const struct race *race)
{
    size_t counts[RECORD_STATUSES] = { 0 };
    for (size_t i = 0; i < race->done.count; i++)
        counts[race->done.records[i].status]++;
    size_t errors = counts[RECORD_FAILED] + counts[RECORD_BREACH] + counts[RECORD_INVALID];
    if (errors > 0)
        say_error("%zu %s failed, %zu broke the contract, %zu gave a wrong checksum; all else is "
                  "recorded",
                  counts[RECORD_FAILED], counts[RECORD_FAILED] == 1 ? "process" : "processes",
                  counts[RECORD_BREACH], counts[RECORD_INVALID]);
    if (counts[RECORD_EXHAUSTED] > 0)
        say_note("%zu ran out of memory, which is a result", counts[RECORD_EXHAUSTED]);
    return errors > 0 ? SAY_ERROR : SAY_FINE;
}

/* The last words: how far it came, and where the results are. */
static int
run_finish(const struct race *race)
{
    int status = run_status(race);
    if (!race->is_broken && !run_write_summary(race))
        status = SAY_ERROR;
    unsigned planned = race->plan.options->rounds;
    if (race->is_broken)
        status = SAY_ERROR;
    if (race->is_interrupted)
        say_error("stopped after %u of %u rounds; go on with: heapstakes run --resume %s",
                  race->rounds, planned, race->folder);
    else if (!race->is_broken && race->rounds < planned)
        say_note("%u of %u rounds fit into the time", race->rounds, planned);
    if (race->plan.options->format == OPTIONS_JSON)
        printf("{\"run\": \"%s\", \"folder\": \"%s\", \"rounds\": %u, \"processes\": %zu}\n",
               race->run, race->folder, race->rounds, race->done.count);
    else
        printf("%s\n", race->folder);
    if (!race->is_interrupted && !race->is_broken)
        say_note("see it with: heapstakes show %s", race->folder);
    return race->is_interrupted ? SAY_ERROR : status;
}

static int
run_race(struct race *race)
{
    process_take_signals();
    if (race_count(race) && race_pilot(race))
        race_rounds(race);
    if (race->file >= 0)
        close(race->file);
    return run_finish(race);
}

static bool
run_write_machine(const struct race *race, int argc, char **argv)
{
    json_t *machine = memory_keep(machine_describe(race->plan.cells, argc, argv));
    return document_write(memory_text("%s/machine.json", race->folder), machine);
}

static int
run_resume(struct race *race, const struct cells *cells, struct options *options)
{
    json_t *plan;
    int status;
    if (!run_folder_open(race, options, options->resume, &plan))
        return SAY_ERROR;
    if (!plan_make(&race->plan, cells, options, &status))
        return SAY_ERROR;
    race->plan.seed = (uint64_t)document_number(plan, "seed", 1);
    race->plan.order_seed = (uint64_t)document_number(plan, "order_seed", 1);
    if (!run_folder_fits(race, plan) || !run_folder_go_on(race))
        return SAY_ERROR;
    race_replay(race);
    return run_race(race);
}

int
verb_run(struct options *options, int argc, char **argv)
{
    struct cells cells;
    struct race race = { .file = -1, .begin_s = progress_clock() };
    int status;
    if (!cells_load(&cells) || !cells_describe(&cells))
        return SAY_ERROR;
    if (options->resume)
        return run_resume(&race, &cells, options);
    if (!plan_make(&race.plan, &cells, options, &status))
        return status;
    if (options->dry_run) {
        run_print_plan(&race.plan);
        return SAY_FINE;
    }
    if (!run_folder_make(&race, options->out) || !run_folder_write_plan(&race) ||
        !run_write_machine(&race, argc, argv))
        return SAY_ERROR;
    run_warn(&race.plan);
    return run_race(&race);
}
