/* show.c -- heapstakes show: the tables of a run. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "against.h"
#include "contest.h"
#include "document.h"
#include "machine.h"
#include "memory.h"
#include "metric.h"
#include "say.h"
#include "summary.h"
#include "table.h"
#include "verbs.h"
#include "view.h"

enum { SHOW_DIGITS = 12 };

/* A heading, then the table; nothing of a table without rows. */
static void
show_table(const struct table *table, const char *heading, enum options_format format)
{
    if (table->cell_count == 0)
        return;
    printf(format == OPTIONS_MARKDOWN ? "\n### %s\n\n" : "\n%s\n", heading);
    table_print(table, format);
}

static void
show_heading(const struct view *view)
{
    printf("%s: %s\n%s\n", document_text(view->summary, "run", "?"), view_conditions(view),
           machine_line(json_object_get(view->summary, "machine")));
}

static void
show_all(const struct view *view, enum options_format format)
{
    show_heading(view);
    for (size_t i = 0; i < view->group_count; i++) {
        struct table table = contest_table(view, &view->groups[i]);
        show_table(&table, view->groups[i].title, format);
    }
    struct table reuse = contest_reuse_table(view);
    show_table(&reuse, "What reuse buys: time of the bad loop / time of the good one", format);
    struct table rates = contest_rates_table(view);
    show_table(&rates, "Rates: half of what the slowest contestant can serve", format);
    struct table cost = contest_cost_table(view);
    show_table(&cost, "What recording costs: time with it / time without", format);
    struct table missing = contest_missing_table(view);
    show_table(&missing, "Not measured", format);
    struct table gaps = contest_gaps_table(view);
    show_table(&gaps, "Metrics that could not be taken", format);
}

static const char *
show_number(const json_t *row, const char *key)
{
    const json_t *number = json_object_get(row, key);
    return json_is_number(number) ? memory_text("%.*g", SHOW_DIGITS, json_number_value(number))
                                  : "";
}

static bool
show_wants(const struct view *view, const json_t *row, const char *metric)
{
    const char *manager = document_text(row, "manager", "");
    if (metric && strcmp(metric, document_text(row, "metric", "")) != 0)
        return false;
    for (size_t i = 0; i < view->group_count; i++) {
        if (view_belongs(row, &view->groups[i], manager))
            return true;
    }
    return false;
}

static const char *const SHOW_TEXTS[] = { "workload", "variant", "manager", "size",
                                          "metric",   "unit",    "better" };
static const char *const SHOW_NUMBERS[] = { "threads", "cores", "heap_factor", "n",
                                            "median",  "lo",    "hi",          "worst" };
enum {
    SHOW_TEXT_COUNT = sizeof SHOW_TEXTS / sizeof SHOW_TEXTS[0],
    SHOW_NUMBER_COUNT = sizeof SHOW_NUMBERS / sizeof SHOW_NUMBERS[0]
};

/* A row of the summary, or an entry of what is missing: that has no estimate, but a reason. */
static void
show_csv_row(struct table *table, const struct view *view, const json_t *row, const char *metric)
{
    if (!show_wants(view, row, metric))
        return;
    for (size_t i = 0; i < SHOW_TEXT_COUNT; i++)
        table_cell(table, document_text(row, SHOW_TEXTS[i], ""));
    for (size_t i = 0; i < SHOW_NUMBER_COUNT; i++)
        table_cell(table, show_number(row, SHOW_NUMBERS[i]));
    table_cell(table, document_text(row, "reason", ""));
    table_cell(table, view_marks(row));
}

/* All rows, one a line, with plain numbers.  Of one metric also where it is missing, and why. */
static void
show_csv(const struct view *view, const char *metric)
{
    struct table table = { .column_count = 0 };
    for (size_t i = 0; i < SHOW_TEXT_COUNT; i++)
        table_column(&table, SHOW_TEXTS[i], false);
    for (size_t i = 0; i < SHOW_NUMBER_COUNT; i++)
        table_column(&table, SHOW_NUMBERS[i], true);
    table_column(&table, "reason", false);
    table_column(&table, "marks", false);
    const json_t *rows = json_object_get(view->summary, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++)
        show_csv_row(&table, view, json_array_get(rows, i), metric);
    const json_t *missing = json_object_get(view->summary, "missing");
    for (size_t i = 0; metric && i < json_array_size(missing); i++)
        show_csv_row(&table, view, json_array_get(missing, i), metric);
    table_print(&table, OPTIONS_CSV);
}

/* The summary, with the rows that are wanted. */
static void
show_json(const struct view *view, const char *metric)
{
    json_t *copy = memory_keep(json_copy((json_t *)view->summary));
    const json_t *rows = json_object_get(view->summary, "rows");
    json_t *wanted = json_array();
    for (size_t i = 0; i < json_array_size(rows); i++) {
        if (show_wants(view, json_array_get(rows, i), metric))
            json_array_append(wanted, json_array_get(rows, i));
    }
    json_object_set_new(copy, "rows", wanted);
    json_dumpf(copy, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(SHOW_DIGITS));
    putchar('\n');
}

static bool
show_knows_metric(const char *metric)
{
    const char **names = memory_get((METRICS_COUNT + 1) * sizeof *names);
    for (size_t i = 0; i < METRICS_COUNT; i++) {
        names[i] = METRICS[i]->name;
        if (strcmp(names[i], metric) == 0)
            return true;
    }
    say_error("--metric: unknown metric '%s'%s", metric, say_suggestion(metric, names));
    return false;
}

static int
show_nothing(const struct options *options)
{
    say_error("%s: %s", options->operand,
              options->filter ? "no workload in it matches the filter" : "it has no results");
    return SAY_ERROR;
}

/* Ratios of managers need the processes themselves, which a summary does not hold. */
static int
show_against(const struct options *options)
{
    struct summary_source source;
    struct view view;
    struct against against;
    struct stat facts;
    if (stat(options->operand, &facts) == 0 && !S_ISDIR(facts.st_mode)) {
        say_error("%s: --against needs the folder of a run, since ratios are taken round by round",
                  options->operand);
        return SAY_USAGE;
    }
    if (!summary_read(options->operand, &source))
        return SAY_ERROR;
    const json_t *summary = summary_make(source.run, &source.records, source.plan, source.machine);
    if (!view_open(&view, summary, options->filter, options->operand))
        return SAY_ERROR;
    if (view.group_count == 0)
        return show_nothing(options);
    int status = against_make(&against, &source, &view, options);
    if (status != SAY_FINE)
        return status;
    if (options->format == OPTIONS_HUMAN || options->format == OPTIONS_MARKDOWN) {
        show_heading(&view);
        putchar('\n');
    }
    against_print(&against, options->format, source.run);
    return SAY_FINE;
}

int
verb_show(const struct options *options)
{
    struct view view;
    if (options->metric && !show_knows_metric(options->metric))
        return SAY_USAGE;
    if (options->against_text)
        return show_against(options);
    const json_t *summary = summary_load(options->operand);
    if (!summary || !view_open(&view, summary, options->filter, options->operand))
        return SAY_ERROR;
    if (view.group_count == 0)
        return show_nothing(options);
    if (options->format == OPTIONS_JSON) {
        show_json(&view, options->metric);
    } else if (options->format == OPTIONS_CSV) {
        show_csv(&view, options->metric);
    } else if (options->metric) {
        struct table table = contest_metric_table(&view, options->metric);
        show_heading(&view);
        putchar('\n');
        table_print(&table, options->format);
    } else {
        show_all(&view, options->format);
    }
    return SAY_FINE;
}
