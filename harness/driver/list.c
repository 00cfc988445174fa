/* list.c -- heapstakes list: what can be raced and measured here. */
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "memory.h"
#include "metric.h"
#include "say.h"
#include "table.h"
#include "verbs.h"

/* The workloads of an outside contestant. */
static const char *
list_words(const struct cells_manager *manager)
{
    const char *words = "";
    for (size_t i = 0; i < manager->workload_count; i++)
        words = memory_text("%s%s%s", words, i ? ", " : "", manager->workloads[i]);
    return words;
}

static void
list_managers(const struct cells *cells, enum options_format format)
{
    struct table table = { .column_count = 0 };
    table_column(&table, "manager", false);
    table_column(&table, "version", false);
    table_column(&table, "threads", false);
    table_column(&table, "heap limit", false);
    table_column(&table, "events", false);
    table_column(&table, "what it is", false);
    for (size_t i = 0; i < cells->manager_count; i++) {
        const struct cells_manager *manager = &cells->managers[i];
        bool is_known = manager->role != CELLS_MISSING && !manager->unavailable;
        const char *what = manager->summary;
        if (manager->role == CELLS_MISSING)
            what = memory_text("unavailable: install the package %s and build again",
                               manager->package);
        else if (manager->unavailable)
            what = memory_text("unavailable: %s", manager->unavailable);
        else if (manager->role == CELLS_OUTSIDE)
            what = memory_text("%s (outside: %s)", manager->summary, list_words(manager));
        else if (manager->role == CELLS_REFEREE)
            what = memory_text("%s (the referee; not raced)", manager->summary);
        else if (manager->role == CELLS_ON_REQUEST)
            what = memory_text("%s (only if --managers names it)", manager->summary);
        table_cell(&table, manager->name);
        table_cell(&table, !is_known ? "-" : manager->version ? manager->version : "built here");
        table_cell(&table, !is_known ? "-" : manager->max_threads == 1 ? "one" : "many");
        table_cell(&table, !is_known ? "-" : manager->obeys_limit ? "obeys" : "none");
        table_cell(&table, !is_known ? "-" : manager->emits_events ? "yes" : "no");
        table_cell(&table, what);
    }
    table_print(&table, format);
}

/* What of a workload is raced only if --filter names it. */
static const char *
list_on_request(const struct cells_workload *workload)
{
    const char *names = "";
    if (workload->on_request_count == workload->variant_count)
        return "all";
    for (size_t i = 0; i < workload->on_request_count; i++)
        names = memory_text("%s%s%s", names, i ? " " : "", workload->on_request[i]);
    return *names ? names : "-";
}

static void
list_workloads(const struct cells *cells, enum options_format format)
{
    struct table table = { .column_count = 0 };
    table_column(&table, "workload", false);
    table_column(&table, "variants", false);
    table_column(&table, "on request", false);
    table_column(&table, "threads", true);
    table_column(&table, "operation", false);
    table_column(&table, "lifetimes", false);
    for (size_t i = 0; i < cells->workload_count; i++) {
        const struct cells_workload *workload = &cells->workloads[i];
        const char *variants = "";
        for (size_t j = 0; j < workload->variant_count; j++)
            variants = memory_text("%s%s%s", variants, j ? " " : "", workload->variants[j]);
        table_cell(&table, workload->name);
        table_cell(&table, *variants ? variants : "-");
        table_cell(&table, list_on_request(workload));
        table_cell(&table, memory_text("%u", workload->threads_default));
        table_cell(&table, workload->operation);
        table_cell(&table, workload->unavailable ? workload->unavailable : workload->summary);
    }
    table_print(&table, format);
}

static void
list_metrics(const struct cells *cells, enum options_format format)
{
    struct table table = { .column_count = 0 };
    (void)cells;
    table_column(&table, "metric", false);
    table_column(&table, "unit", false);
    table_column(&table, "better", false);
    table_column(&table, "what it is", false);
    for (size_t i = 0; i < METRICS_COUNT; i++) {
        table_cell(&table, METRICS[i]->name);
        table_cell(&table, METRICS[i]->unit);
        table_cell(&table, metric_better_name(METRICS[i]->better));
        table_cell(&table, METRICS[i]->meaning);
    }
    table_print(&table, format);
}

static void
list_sizes(const struct cells *cells, enum options_format format)
{
    static const char *const meanings[] = { "seconds under the referee; for tests",
                                            "the standard race", "beyond the caches of all" };
    struct table table = { .column_count = 0 };
    (void)cells;
    table_column(&table, "size", false);
    table_column(&table, "what it is", false);
    for (size_t i = 0; OPTIONS_SIZES[i]; i++) {
        table_cell(&table, OPTIONS_SIZES[i]);
        table_cell(&table, meanings[i]);
    }
    table_print(&table, format);
}

struct list_kind {
    const char *name;
    bool needs_cells;
    void (*print)(const struct cells *cells, enum options_format format);
};

static const struct list_kind LIST_KINDS[] = {
    { "managers", true, list_managers },
    { "workloads", true, list_workloads },
    { "metrics", false, list_metrics },
    { "sizes", false, list_sizes },
};
enum { LIST_KIND_COUNT = sizeof LIST_KINDS / sizeof LIST_KINDS[0] };

/* The kind that was asked for, or -1: an error was said. */
static int
list_find(const char *word)
{
    const char *names[LIST_KIND_COUNT + 1] = { NULL };
    for (int i = 0; i < LIST_KIND_COUNT; i++) {
        names[i] = LIST_KINDS[i].name;
        if (strcmp(names[i], word) == 0)
            return i;
    }
    say_error("list: unknown '%s'%s", word, say_suggestion(word, names));
    return -1;
}

/* Without a word, everything is listed, which only people can read in one piece. */
static bool
list_is_one_table(const struct options *options)
{
    if (options->operand || options->format == OPTIONS_HUMAN || options->format == OPTIONS_MARKDOWN)
        return true;
    say_error("list: --format json and csv need one of managers, workloads, metrics, sizes");
    return false;
}

int
verb_list(const struct options *options)
{
    struct cells cells = { .folder = NULL };
    int wanted = options->operand ? list_find(options->operand) : LIST_KIND_COUNT;
    if (wanted < 0 || !list_is_one_table(options))
        return SAY_USAGE;
    bool needs_cells = wanted == LIST_KIND_COUNT || LIST_KINDS[wanted].needs_cells;
    if (needs_cells && (!cells_load(&cells) || !cells_describe(&cells)))
        return SAY_ERROR;
    for (int i = 0; i < LIST_KIND_COUNT; i++) {
        if (wanted != LIST_KIND_COUNT && wanted != i)
            continue;
        LIST_KINDS[i].print(&cells, options->format);
        if (wanted == LIST_KIND_COUNT && i + 1 < LIST_KIND_COUNT)
            putchar('\n');
    }
    return SAY_FINE;
}
