/* run_folder.c -- the folder of a run: making it, and the plan that a later session goes on with.
 */
#include "run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "document.h"
#include "memory.h"
#include "option_values.h"
#include "random.h"
#include "say.h"

#define PLAN_SCHEMA "heapstakes/plan/1"

static bool
run_folder_fail(const char *folder, const char *mend)
{
    say_error("%s: the results cannot be written there: %s; %s", folder, strerror(errno), mend);
    return false;
}

/* Makes a folder and those above it. */
static bool
run_folder_create(const char *folder)
{
    char *path = memory_copy(folder, strlen(folder));
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return false;
        *at = '/';
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static bool
run_folder_is_empty(const char *folder)
{
    DIR *entries = opendir(folder);
    if (!entries)
        return true; /* what is wrong with it shows when it is written */
    const struct dirent *entry;
    bool is_empty = true;
    while ((entry = readdir(entries)))
        is_empty &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(entries);
    return is_empty;
}

/* results/20260102T030405Z-1f3c */
static const char *
run_folder_fresh(void)
{
    char moment[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(moment, sizeof moment, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    return memory_text("results/%s-%04x", moment, (unsigned)(random_fresh() & 0xffff));
}

static void
run_folder_name(struct race *race, const char *folder)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    race->folder = memory_copy(folder, length);
    const char *slash = strrchr(race->folder, '/');
    race->run = slash && slash[1] ? slash + 1 : race->folder;
    race->records_path = memory_text("%s/runs.jsonl", race->folder);
}

bool
run_folder_make(struct race *race, const char *wanted)
{
    run_folder_name(race, wanted ? wanted : run_folder_fresh());
    if (!run_folder_create(race->folder))
        return run_folder_fail(race->folder, "give another folder with --out");
    if (!run_folder_is_empty(race->folder)) {
        say_error("%s: the folder is not empty, and results are never overwritten; give another "
                  "one with --out, or go on with it by --resume",
                  race->folder);
        return false;
    }
    if (access(race->folder, W_OK | X_OK) != 0)
        return run_folder_fail(race->folder, "give another folder with --out");
    return run_folder_go_on(race);
}

bool
run_folder_go_on(struct race *race)
{
    race->file = record_open(race->records_path);
    return race->file >= 0;
}

/* -- The plan ----------------------------------------------------------------- */

static json_t *
run_folder_options(const struct plan *plan)
{
    const struct options *options = plan->options;
    json_t *factors = json_array();
    for (size_t i = 0; i < options->heap_factor_count; i++)
        json_array_append_new(factors, json_real(options->heap_factors[i]));
    json_t *threads = json_array();
    for (size_t i = 0; i < options->thread_count; i++)
        json_array_append_new(threads, json_integer(options->threads[i]));
    json_t *cores = json_array();
    for (size_t i = 0; i < options->core_count; i++)
        json_array_append_new(cores, json_integer(options->cores[i]));
    json_t *managers = json_array();
    for (size_t i = 0; i < options->managers.count; i++)
        json_array_append_new(managers, json_string(options->managers.words[i]));
    json_t *json = json_pack("{s:o, s:o, s:o, s:o}", "heap_factors", factors, "threads", threads,
                             "cores", cores, "managers", managers);
    json_object_set_new(json, "filter", document_string(options->filter));
    json_object_set_new(json, "size", json_string(options->size));
    json_object_set_new(json, "rounds", json_integer(options->rounds));
    json_object_set_new(json, "repeat_disturbed", json_integer(options->repeats));
    json_object_set_new(json, "time_budget_s", json_real(options->time_budget_s));
    json_object_set_new(json, "cpus", document_string(options->cpus));
    json_object_set_new(json, "cell_timeout_s", json_real(options->cell_timeout_s));
    json_object_set_new(json, "huge_pages", json_boolean(options->huge_pages));
    json_object_set_new(json, "no_record", json_boolean(options->no_record));
    json_object_set_new(json, "no_twins", json_boolean(options->no_twins));
    return json;
}

/* Every cell with the file that it runs, so that a rebuilt one is noticed. */
static json_t *
run_folder_cells(const struct plan *plan)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < plan->member_count; i++) {
        const struct plan_cell *cell = &plan->members[i];
        const struct plan_race *race = &plan->races[cell->race];
        struct stat file = { .st_size = 0 };
        const char *path = cells_path(plan->cells, race->workload->name, cell->manager->name);
        if (stat(path, &file) != 0)
            continue;
        json_t *json = json_pack(
            "{s:s, s:s, s:s, s:I, s:s}", "workload", race->workload->name, "variant", race->variant,
            "manager", cell->manager->name, "threads", (json_int_t)race->threads, "built",
            memory_text("%lld bytes, %lld", (long long)file.st_size, (long long)file.st_mtime));
        json_object_set_new(json, "heap_factor",
                            cell->heap_factor > 0 ? json_real(cell->heap_factor) : json_null());
        json_object_set_new(json, "cpus", json_string(race->cpus));
        json_array_append_new(cells, json);
    }
    return cells;
}

static json_t *
run_folder_missing(const struct plan *plan)
{
    json_t *missing = json_array();
    for (size_t i = 0; i < plan->missing_count; i++) {
        const struct plan_missing *entry = &plan->missing[i];
        json_array_append_new(
            missing, json_pack("{s:s, s:s, s:s, s:s}", "workload", entry->workload, "variant",
                               entry->variant, "manager", entry->manager, "reason", entry->reason));
    }
    return missing;
}

bool
run_folder_write_plan(const struct race *race)
{
    const struct plan *plan = &race->plan;
    json_t *order = json_array();
    for (size_t i = 0; i < plan->cells->manager_count; i++) {
        const struct cells_manager *manager = &plan->cells->managers[i];
        bool is_left_out = manager->role == CELLS_ON_REQUEST &&
                           !plan_wants_manager(plan->options, manager);
        if (manager->role != CELLS_REFEREE && !is_left_out)
            json_array_append_new(order, json_string(manager->name));
    }
    json_t *json = memory_keep(
        json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "schema", PLAN_SCHEMA, "seed",
                  (json_int_t)plan->seed, "order_seed", (json_int_t)plan->order_seed, "options",
                  run_folder_options(plan), "managers", order, "cells", run_folder_cells(plan),
                  "missing", run_folder_missing(plan)));
    return document_write(memory_text("%s/plan.json", race->folder), json);
}

static unsigned *
run_folder_counts(const json_t *list, size_t *count)
{
    *count = json_array_size(list);
    unsigned *numbers = memory_get((*count + 1) * sizeof *numbers);
    for (size_t i = 0; i < *count; i++)
        numbers[i] = (unsigned)json_integer_value(json_array_get(list, i));
    return numbers;
}

static void
run_folder_read_lists(struct options *options, const json_t *json)
{
    const json_t *factors = json_object_get(json, "heap_factors");
    const json_t *managers = json_object_get(json, "managers");
    options->heap_factor_count = json_array_size(factors);
    options->heap_factors = memory_get((options->heap_factor_count + 1) * sizeof(double));
    for (size_t i = 0; i < options->heap_factor_count; i++)
        options->heap_factors[i] = json_number_value(json_array_get(factors, i));
    options->threads = run_folder_counts(json_object_get(json, "threads"), &options->thread_count);
    options->cores = run_folder_counts(json_object_get(json, "cores"), &options->core_count);
    options->managers.count = json_array_size(managers);
    options->managers.words = memory_get((options->managers.count + 1) * sizeof(char *));
    for (size_t i = 0; i < options->managers.count; i++) {
        const char *name = json_string_value(json_array_get(managers, i));
        options->managers.words[i] = name ? name : "";
    }
}

static bool
run_folder_read_options(struct options *options, const json_t *json, const char *path)
{
    const char *size = document_text(json, "size", "");
    const char *filter = document_text(json, "filter", NULL);
    double rounds = document_number(json, "rounds", 0);
    if (option_size(options, size) || (filter && option_filter(options, filter)) || rounds < 1) {
        say_error("%s: line 1: its \"options\" make no sense; the file is damaged", path);
        return false;
    }
    options->rounds = (unsigned)rounds;
    options->repeats = (unsigned)document_number(json, "repeat_disturbed", 0);
    options->time_budget_s = document_number(json, "time_budget_s", 0);
    options->cpus = document_text(json, "cpus", NULL);
    options->cell_timeout_s = document_number(json, "cell_timeout_s", 0);
    options->huge_pages = document_flag(json, "huge_pages");
    options->no_record = document_flag(json, "no_record");
    options->no_twins = document_flag(json, "no_twins");
    run_folder_read_lists(options, json);
    return true;
}

bool
run_folder_open(struct race *race, struct options *options, const char *folder, json_t **plan)
{
    run_folder_name(race, folder);
    const char *path = memory_text("%s/plan.json", race->folder);
    *plan = document_load(path, PLAN_SCHEMA);
    return *plan && run_folder_read_options(options, json_object_get(*plan, "options"), path) &&
           record_read(race->records_path, &race->done);
}

bool
run_folder_fits(const struct race *race, const json_t *plan)
{
    json_t *cells = memory_keep(run_folder_cells(&race->plan));
    if (json_equal(cells, json_object_get(plan, "cells")))
        return true;
    say_error("%s: the cells were built again, or are others than then: a race cannot go on with "
              "them; start a new one",
              race->folder);
    return false;
}
