/* contest.c -- the tables that people read: one a contest, what is missing, what recording costs.
 */
#include "contest.h"

#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "memory.h"

struct contest_place {
    const char *manager;
    double time;
};

static int
contest_compare(const void *left, const void *right)
{
    double a = ((const struct contest_place *)left)->time;
    double b = ((const struct contest_place *)right)->time;
    return (a > b) - (a < b);
}

/* Who has a time, fastest first. */
static size_t
contest_rank(const struct view *view, const struct view_group *group, struct contest_place **places)
{
    size_t n = 0;
    *places = memory_get((view->manager_count + 1) * sizeof **places);
    for (size_t i = 0; i < view->manager_count; i++) {
        const json_t *row = view_row(view, group, view->managers[i], "wall_ns_per_op");
        if (row)
            (*places)[n++] = (struct contest_place){ view->managers[i],
                                                     document_number(row, "median", 0) };
    }
    qsort(*places, n, sizeof **places, contest_compare);
    return n;
}

/* Columns beside the time that anybody in the contest has a value for. */
static const char *const CONTEST_METRICS[][2] = {
    { "peak_rss_bytes", "peak RSS" },    { "peak_held_bytes", "held at peak" },
    { "latency_p50_ns", "p50" },         { "latency_p99_ns", "p99" },
    { "latency_p999_ns", "p99.9" },      { "collections", "collections" },
    { "pause_total_ns", "all pauses" },  { "pause_p99_ns", "pause p99" },
    { "pause_max_ns", "longest pause" },
};
enum { CONTEST_METRIC_COUNT = sizeof CONTEST_METRICS / sizeof CONTEST_METRICS[0] };

static size_t
contest_columns(const struct view *view, const struct view_group *group, const char **metrics,
                struct table *table)
{
    size_t n = 0;
    for (size_t i = 0; i < CONTEST_METRIC_COUNT; i++) {
        bool is_there = false;
        for (size_t j = 0; j < view->manager_count && !is_there; j++)
            is_there = view_row(view, group, view->managers[j], CONTEST_METRICS[i][0]) != NULL;
        if (!is_there)
            continue;
        table_column(table, CONTEST_METRICS[i][1], true);
        metrics[n++] = CONTEST_METRICS[i][0];
    }
    return n;
}

static void
contest_add_place(const struct view *view, const struct view_group *group, const char *manager,
                  double best, const char *const *metrics, size_t metric_count, struct table *table)
{
    const json_t *row = view_row(view, group, manager, "wall_ns_per_op");
    const char *reason = view_reason(view, group, manager);
    double median = document_number(row, "median", 0);
    table_cell(table, manager);
    table_cell(table, row ? view_value(row) : "-");
    table_cell(table, view_interval(row));
    table_cell(table, row && best > 0 ? memory_text("%.2fx", median / best) : "");
    for (size_t i = 0; i < metric_count; i++)
        table_cell(table, view_value(view_row(view, group, manager, metrics[i])));
    const char *marks = view_marks(row);
    table_cell(table, reason ? memory_text("%s%s%s", marks, *marks ? "; " : "", reason) : marks);
}

struct table
contest_table(const struct view *view, const struct view_group *group)
{
    struct table table = { .column_count = 0 };
    const char *metrics[CONTEST_METRIC_COUNT];
    struct contest_place *places;
    size_t n = contest_rank(view, group, &places);
    table_column(&table, "manager", false);
    table_column(&table, "time/op", true);
    table_column(&table, "95 % interval", true);
    table_column(&table, "to best", true);
    size_t metric_count = contest_columns(view, group, metrics, &table);
    table_column(&table, "remarks", false);
    double best = n > 0 ? places[0].time : 0;
    for (size_t i = 0; i < n; i++)
        contest_add_place(view, group, places[i].manager, best, metrics, metric_count, &table);
    for (size_t i = 0; i < view->manager_count; i++) {
        const char *manager = view->managers[i];
        if (!view_row(view, group, manager, "wall_ns_per_op") && view_reason(view, group, manager))
            contest_add_place(view, group, manager, best, metrics, metric_count, &table);
    }
    return table;
}

struct table
contest_metric_table(const struct view *view, const char *metric)
{
    struct table table = { .column_count = 0 };
    table_column(&table, "workload", false);
    table_column(&table, "manager", false);
    table_column(&table, metric, true);
    table_column(&table, "95 % interval", true);
    table_column(&table, "worst", true);
    table_column(&table, "n", true);
    table_column(&table, "remarks", false);
    for (size_t i = 0; i < view->group_count; i++) {
        for (size_t j = 0; j < view->manager_count; j++) {
            const json_t *row = view_row(view, &view->groups[i], view->managers[j], metric);
            if (!row)
                continue;
            table_cell(&table, view->groups[i].title);
            table_cell(&table, view->managers[j]);
            table_cell(&table, view_value(row));
            table_cell(&table, view_interval(row));
            table_cell(&table, view_worst(row));
            table_cell(&table, memory_text("%.0f", document_number(row, "n", 0)));
            table_cell(&table, view_marks(row));
        }
    }
    return table;
}

struct table
contest_missing_table(const struct view *view)
{
    struct table table = { .column_count = 0 };
    const json_t *missing = json_object_get(view->summary, "missing");
    table_column(&table, "workload", false);
    table_column(&table, "manager", false);
    table_column(&table, "what", false);
    table_column(&table, "reason", false);
    for (size_t i = 0; i < json_array_size(missing); i++) {
        const json_t *entry = json_array_get(missing, i);
        const char *variant = document_text(entry, "variant", "");
        const char *manager = document_text(entry, "manager", "");
        if (strcmp(document_text(entry, "metric", ""), "*") != 0)
            continue;
        table_cell(&table, memory_text("%s%s%s", document_text(entry, "workload", ""),
                                       *variant ? "/" : "", variant));
        table_cell(&table, *manager ? manager : "all");
        table_cell(&table, document_text(entry, "status", ""));
        table_cell(&table, document_text(entry, "reason", ""));
    }
    return table;
}

/* One reason why metrics are missing, with the metrics and how often it stands there. */
struct contest_gap {
    const char *reason, *metrics;
    size_t count;
};

static bool
contest_has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length) {
        bool begins = at == list || at[-1] == ' ';
        if (begins && (at[length] == '\0' || at[length] == ' '))
            return true;
    }
    return false;
}

static void
contest_add_gap(struct contest_gap **gaps, size_t *n, const char *metric, const char *reason)
{
    struct contest_gap *gap = NULL;
    for (size_t i = 0; i < *n && !gap; i++) {
        if (strcmp((*gaps)[i].reason, reason) == 0)
            gap = &(*gaps)[i];
    }
    if (!gap) {
        *gaps = memory_room(*gaps, *n, sizeof **gaps);
        gap = &(*gaps)[(*n)++];
        *gap = (struct contest_gap){ .reason = reason, .metrics = "" };
    }
    gap->count++;
    if (!contest_has_word(gap->metrics, metric))
        gap->metrics = memory_text("%s%s%s", gap->metrics, *gap->metrics ? " " : "", metric);
}

/* Percentiles lack samples by ever other numbers: one reason for all of them. */
static const char *
contest_gap_reason(const char *reason)
{
    return strstr(reason, " samples in all rounds") ? "too few samples in all rounds" : reason;
}

struct table
contest_gaps_table(const struct view *view)
{
    struct table table = { .column_count = 0 };
    struct contest_gap *gaps = NULL;
    size_t n = 0;
    const json_t *missing = json_object_get(view->summary, "missing");
    for (size_t i = 0; i < json_array_size(missing); i++) {
        const json_t *entry = json_array_get(missing, i);
        const char *metric = document_text(entry, "metric", "*");
        if (strcmp(metric, "*") != 0)
            contest_add_gap(&gaps, &n, metric,
                            contest_gap_reason(document_text(entry, "reason", "no reason")));
    }
    table_column(&table, "times", true);
    table_column(&table, "reason", false);
    table_column(&table, "metrics", false);
    for (size_t i = 0; i < n; i++) {
        table_cell(&table, memory_text("%zu", gaps[i].count));
        table_cell(&table, gaps[i].reason);
        table_cell(&table, gaps[i].metrics);
    }
    return table;
}

/* Median, interval and number of pairs of a ratio. */
static void
contest_add_ratio(const json_t *entry, struct table *table)
{
    table_cell(table, memory_text("%.3f", document_number(entry, "median", 0)));
    if (json_is_number(json_object_get(entry, "lo")))
        table_cell(table, memory_text("%.3f .. %.3f", document_number(entry, "lo", 0),
                                      document_number(entry, "hi", 0)));
    else
        table_cell(table, "");
    table_cell(table, memory_text("%.0f", document_number(entry, "n", 0)));
}

struct table
contest_reuse_table(const struct view *view)
{
    struct table table = { .column_count = 0 };
    const json_t *reuse = json_object_get(view->summary, "reuse");
    table_column(&table, "workload", false);
    table_column(&table, "manager", false);
    table_column(&table, "bad/good", true);
    table_column(&table, "95 % interval", true);
    table_column(&table, "pairs", true);
    for (size_t i = 0; i < json_array_size(reuse); i++) {
        const json_t *entry = json_array_get(reuse, i);
        table_cell(&table, document_text(entry, "workload", ""));
        table_cell(&table, document_text(entry, "manager", ""));
        contest_add_ratio(entry, &table);
    }
    return table;
}

struct table
contest_cost_table(const struct view *view)
{
    struct table table = { .column_count = 0 };
    const json_t *costs = json_object_get(view->summary, "recording_cost");
    table_column(&table, "workload", false);
    table_column(&table, "with/without", true);
    table_column(&table, "95 % interval", true);
    table_column(&table, "pairs", true);
    for (size_t i = 0; i < json_array_size(costs); i++) {
        const json_t *entry = json_array_get(costs, i);
        const char *workload = document_text(entry, "workload", "");
        table_cell(&table, strcmp(workload, "*") == 0 ? "all" : workload);
        contest_add_ratio(entry, &table);
    }
    return table;
}

struct table
contest_rates_table(const struct view *view)
{
    struct table table = { .column_count = 0 };
    const json_t *rates = json_object_get(view->summary, "rates");
    table_column(&table, "workload", false);
    table_column(&table, "manager", false);
    table_column(&table, "capacity", true);
    table_column(&table, "raced at", true);
    for (size_t i = 0; i < json_array_size(rates); i++) {
        const json_t *entry = json_array_get(rates, i);
        double rate = document_number(entry, "rate", 0);
        table_cell(&table, document_text(entry, "workload", ""));
        table_cell(&table, document_text(entry, "manager", ""));
        table_cell(&table, table_quantity(document_number(entry, "capacity_per_s", 0), "1/s"));
        table_cell(&table, rate > 0 ? table_quantity(rate, "1/s") : "-");
    }
    return table;
}
