/* cells.c -- what was built: from cells.json, and from what the cells say of themselves. */
#include "cells.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "document.h"
#include "memory.h"
#include "process.h"
#include "say.h"

static const double CELLS_DESCRIBE_LIMIT_S = 20;

/* The folder that holds this program, or that the environment names. */
static const char *
cells_folder(void)
{
    const char *chosen = getenv("HEAPSTAKES_BIN");
    if (chosen && *chosen)
        return chosen;
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length <= 0 || length >= (ssize_t)sizeof path) {
        say_error("/proc/self/exe: cannot be read: %s", strerror(errno));
        return NULL;
    }
    while (length > 1 && path[length - 1] != '/')
        length--;
    return memory_copy(path, (size_t)length - 1);
}

/* The texts of a list, as words that last. */
static const char **
cells_read_words(const json_t *list, size_t *count)
{
    const char **words = NULL;
    size_t i;
    json_t *entry;
    *count = 0;
    json_array_foreach((json_t *)list, i, entry)
    {
        if (!json_string_value(entry))
            continue;
        words = memory_room(words, *count, sizeof *words);
        words[(*count)++] = json_string_value(entry);
    }
    return words;
}

static enum cells_role
cells_role_of(const char *word)
{
    return strcmp(word, "referee") == 0      ? CELLS_REFEREE
           : strcmp(word, "outside") == 0    ? CELLS_OUTSIDE
           : strcmp(word, "missing") == 0    ? CELLS_MISSING
           : strcmp(word, "on_request") == 0 ? CELLS_ON_REQUEST
                                             : CELLS_CONTESTANT;
}

static bool
cells_read_managers(struct cells *cells, const json_t *list)
{
    cells->managers = memory_get(json_array_size(list) * sizeof *cells->managers);
    size_t i;
    json_t *entry;
    json_array_foreach((json_t *)list, i, entry)
    {
        const json_t *workloads = json_object_get(entry, "workloads");
        struct cells_manager *manager = &cells->managers[cells->manager_count++];
        manager->name = document_text(entry, "name", NULL);
        manager->package = document_text(entry, "package", "?");
        manager->role = cells_role_of(document_text(entry, "role", ""));
        manager->is_outside = workloads != NULL;
        manager->workloads = cells_read_words(workloads, &manager->workload_count);
        if (!manager->name)
            return false;
    }
    return true;
}

static bool
cells_read_workloads(struct cells *cells, const json_t *list)
{
    cells->workloads = memory_get(json_array_size(list) * sizeof *cells->workloads);
    size_t i;
    json_t *entry;
    json_array_foreach((json_t *)list, i, entry)
    {
        const char *name = json_string_value(entry);
        if (!name)
            return false;
        cells->workloads[cells->workload_count++].name = name;
    }
    return true;
}

bool
cells_load(struct cells *cells)
{
    *cells = (struct cells){ .folder = cells_folder() };
    if (!cells->folder)
        return false;
    const char *path = memory_text("%s/cells.json", cells->folder);
    const json_t *json = document_load(path, "heapstakes/cells/1");
    if (!json)
        return false;
    cells->version = document_text(json, "version", "?");
    cells->compiler = document_text(json, "compiler", "?");
    cells->flags = document_text(json, "flags", "?");
    cells->build_type = document_text(json, "build_type", "?");
    cells->sanitize = document_text(json, "sanitize", "");
    cells->source = document_text(json, "source", "");
    bool is_whole = cells_read_managers(cells, json_object_get(json, "managers")) &&
                    cells_read_workloads(cells, json_object_get(json, "workloads"));
    if (!is_whole)
        say_error("%s: a manager or workload has no name; build again", path);
    return is_whole;
}

const char *
cells_path(const struct cells *cells, const char *workload, const char *manager)
{
    return memory_text("%s/%s.%s", cells->folder, workload, manager);
}

bool
cells_is_built(const struct cells *cells, const char *workload, const char *manager)
{
    return access(cells_path(cells, workload, manager), X_OK) == 0;
}

bool
cells_takes_part(const struct cells_manager *manager, const char *workload)
{
    for (size_t i = 0; i < manager->workload_count; i++) {
        if (strcmp(manager->workloads[i], workload) == 0)
            return true;
    }
    return !manager->is_outside;
}

const struct cells_manager *
cells_find_manager(const struct cells *cells, const char *name)
{
    for (size_t i = 0; i < cells->manager_count; i++) {
        if (strcmp(cells->managers[i].name, name) == 0)
            return &cells->managers[i];
    }
    return NULL;
}

const struct cells_workload *
cells_find_workload(const struct cells *cells, const char *name)
{
    for (size_t i = 0; i < cells->workload_count; i++) {
        if (strcmp(cells->workloads[i].name, name) == 0)
            return &cells->workloads[i];
    }
    return NULL;
}

bool
cells_is_on_request(const struct cells_workload *workload, const char *variant)
{
    for (size_t i = 0; i < workload->on_request_count; i++) {
        if (strcmp(workload->on_request[i], variant) == 0)
            return true;
    }
    return false;
}

const char *
cells_lack(const struct cells_workload *workload, const struct cells_manager *manager)
{
    const json_t *traits = json_object_get(manager->facts, "traits");
    for (size_t i = 0; i < workload->need_count; i++) {
        const char *need = workload->needs[i];
        if (!document_flag(manager->facts, need) && !document_flag(traits, need))
            return need;
    }
    return NULL;
}

const struct cells_manager *
cells_referee(const struct cells *cells)
{
    for (size_t i = 0; i < cells->manager_count; i++) {
        if (cells->managers[i].role == CELLS_REFEREE)
            return &cells->managers[i];
    }
    return NULL;
}

/* What a cell says of itself, or NULL; then *problem says why. */
static const json_t *
cells_ask(const struct cells *cells, const char *workload, const char *manager,
          const char **problem)
{
    const char *arguments[] = { cells_path(cells, workload, manager), "--describe", NULL };
    struct process_result result = process_run(arguments, CELLS_DESCRIBE_LIMIT_S);
    const char *name = memory_text("%s.%s --describe", workload, manager);
    json_t *json = NULL;
    if (!result.started)
        *problem = memory_text("%s: %s", name, result.problem);
    else if (result.timed_out)
        *problem = memory_text("%s gave no answer in %.0f s", name, CELLS_DESCRIBE_LIMIT_S);
    else if (result.signal)
        *problem = memory_text("%s ended by %s", name, process_signal_name(result.signal));
    else if (result.status != 0)
        *problem = memory_text("%s ended with status %d: %s", name, result.status, result.errors);
    else if (!(json = json_loads(result.output, 0, NULL)))
        *problem = memory_text("%s printed no JSON", name);
    if (!json)
        return NULL;
    memory_keep(json);
    if (strcmp(document_text(json, "schema", ""), "heapstakes/cell/1") == 0)
        return json;
    *problem = memory_text("%s speaks another version of the format; build again", name);
    return NULL;
}

/* Asks the first cell that answers: of this manager under any workload. */
static void
cells_describe_manager(struct cells *cells, struct cells_manager *manager)
{
    manager->unavailable = "not built";
    for (size_t i = 0; i < cells->workload_count && !process_is_interrupted(); i++) {
        const char *workload = cells->workloads[i].name;
        if (!cells_is_built(cells, workload, manager->name))
            continue;
        const json_t *json = cells_ask(cells, workload, manager->name, &manager->unavailable);
        const json_t *facts = json_object_get(json, "manager");
        if (!facts)
            continue;
        manager->unavailable = NULL;
        manager->summary = document_text(facts, "summary", "");
        manager->version = document_text(facts, "version", NULL);
        manager->max_threads = (unsigned)document_number(facts, "max_threads", 1);
        manager->obeys_limit = document_flag(facts, "obeys_limit");
        manager->emits_events = document_flag(facts, "emits_events");
        manager->collects = document_flag(facts, "collects");
        manager->facts = facts;
        return;
    }
}

static void
cells_read_variants(struct cells_workload *workload, const json_t *list)
{
    workload->variants = cells_read_words(list, &workload->variant_count);
    if (workload->variant_count == 0) {
        workload->variants = memory_room(NULL, 0, sizeof *workload->variants);
        workload->variants[workload->variant_count++] = "";
    }
}

static void
cells_read_workload(struct cells_workload *workload, const json_t *facts)
{
    workload->unavailable = NULL;
    const char *package = document_text(facts, "unavailable", NULL);
    if (package)
        workload->unavailable = memory_text("unavailable: install the package %s", package);
    workload->summary = document_text(facts, "summary", "");
    workload->operation = document_text(facts, "operation", "an operation");
    workload->threads_default = (unsigned)document_number(facts, "threads_default", 1);
    workload->threads_max = (unsigned)document_number(facts, "threads_max", 1);
    workload->serves = document_flag(facts, "has_serve");
    workload->input = document_text(facts, "input", NULL);
    cells_read_variants(workload, json_object_get(facts, "variants"));
    workload->on_request = cells_read_words(json_object_get(facts, "on_request"),
                                            &workload->on_request_count);
    workload->needs = cells_read_words(json_object_get(facts, "needs"), &workload->need_count);
}

static void
cells_describe_workload(struct cells *cells, struct cells_workload *workload)
{
    workload->unavailable = "not built";
    for (size_t i = 0; i < cells->manager_count && !process_is_interrupted(); i++) {
        const char *manager = cells->managers[i].name;
        if (cells->managers[i].is_outside || !cells_is_built(cells, workload->name, manager))
            continue;
        const json_t *json = cells_ask(cells, workload->name, manager, &workload->unavailable);
        const json_t *facts = json_object_get(json, "workload");
        if (facts) {
            cells_read_workload(workload, facts);
            return;
        }
    }
    workload->summary = workload->operation = "";
    workload->threads_default = workload->threads_max = 1;
    cells_read_variants(workload, NULL);
}

bool
cells_describe(struct cells *cells)
{
    for (size_t i = 0; i < cells->manager_count; i++) {
        struct cells_manager *manager = &cells->managers[i];
        if (manager->role != CELLS_MISSING)
            cells_describe_manager(cells, manager);
        if (!manager->summary)
            manager->summary = "";
    }
    for (size_t i = 0; i < cells->workload_count; i++)
        cells_describe_workload(cells, &cells->workloads[i]);
    if (!process_is_interrupted())
        return true;
    say_error("interrupted");
    return false;
}
