/* against_print.c -- ratios between managers, as a table for people, as CSV, and as JSON. */
#include <stdio.h>
#include <string.h>

#include "against.h"
#include "memory.h"
#include "table.h"

enum { AGAINST_DIGITS = 12 };

/* "boehm", with what differs from the row that is compared with it. */
static const char *
against_base_name(const struct against_row *row)
{
    const struct record *base = row->base;
    const char *factor = "", *threads = "", *cores = "", *variant = "";
    if (!base)
        return "";
    if (base->heap_factor != row->group->heap_factor)
        factor = memory_text(", heap factor %s",
                             base->heap_factor > 0 ? memory_text("%g", base->heap_factor) : "none");
    if (base->threads != row->group->threads)
        threads = memory_text(", %u %s", base->threads, base->threads == 1 ? "thread" : "threads");
    if (base->cores != row->group->cores)
        cores = memory_text(", %u %s", base->cores, base->cores == 1 ? "core" : "cores");
    if (strcmp(base->variant, row->group->variant) != 0)
        variant = memory_text(", variant %s", base->variant);
    return memory_text("%s%s%s%s%s", base->manager, factor, threads, cores, variant);
}

static void
against_add_estimate(struct table *table, const struct stats_estimate *ratio)
{
    table_cell(table, memory_text("%.3f", ratio->median));
    table_cell(table, ratio->has_interval ? memory_text("%.3f .. %.3f", ratio->lo, ratio->hi) : "");
    table_cell(table, memory_text("%zu", ratio->n));
}

/* "geometric mean of 12", with what the contests have in common where that differs. */
static const char *
against_mean_name(const struct against *against, const struct against_mean *mean)
{
    bool factors_differ = false, threads_differ = false, cores_differ = false;
    for (size_t i = 0; i < against->row_count; i++) {
        const struct view_group *group = against->rows[i].group;
        factors_differ |= group->heap_factor != mean->group->heap_factor;
        threads_differ |= group->threads != mean->group->threads;
        cores_differ |= group->cores != mean->group->cores;
    }
    const char *factor = "", *threads = "", *cores = "";
    if (factors_differ && mean->group->heap_factor > 0)
        factor = memory_text(", heap factor %g", mean->group->heap_factor);
    else if (factors_differ)
        factor = ", heap factor none";
    if (threads_differ)
        threads = memory_text(", threads %u", mean->group->threads);
    if (cores_differ && (!threads_differ || mean->group->cores != mean->group->threads))
        cores = memory_text(", cores %u", mean->group->cores);
    return memory_text("geometric mean of %zu%s%s%s", mean->contests, threads, cores, factor);
}

static const char *
against_mean_remark(const struct against_mean *mean)
{
    const char *paired = mean->is_paired ? "" : "of the medians: no round has all contests";
    if (!mean->left_out)
        return paired;
    return memory_text("%s%swithout %s", paired, *paired ? "; " : "", mean->left_out);
}

static void
against_print_table(const struct against *against, enum options_format format)
{
    struct table table = { .column_count = 0 };
    table_column(&table, "workload", false);
    table_column(&table, "manager", false);
    table_column(&table, against->metric->name, true);
    table_column(&table, "95 % interval", true);
    table_column(&table, "pairs", true);
    table_column(&table, "against", false);
    table_column(&table, "remarks", false);
    for (size_t i = 0; i < against->row_count; i++) {
        const struct against_row *row = &against->rows[i];
        table_cell(&table, row->group->title);
        table_cell(&table, row->manager);
        if (row->ratio.n > 0)
            against_add_estimate(&table, &row->ratio);
        for (size_t j = 0; row->ratio.n == 0 && j < 3; j++)
            table_cell(&table, j == 0 ? "-" : "");
        table_cell(&table, against_base_name(row));
        table_cell(&table, row->reason);
    }
    for (size_t i = 0; i < against->mean_count; i++) {
        const struct against_mean *mean = &against->means[i];
        table_cell(&table, against_mean_name(against, mean));
        table_cell(&table, mean->manager);
        against_add_estimate(&table, &mean->ratio);
        table_cell(&table, against->name);
        table_cell(&table, against_mean_remark(mean));
    }
    table_print(&table, format);
    if (against->is_of_best)
        printf("\nEach contest is against the one of these that has the best median there.\n");
}

/* -- For programs ----------------------------------------------------------------- */

static void
against_set_estimate(json_t *json, const struct stats_estimate *ratio)
{
    json_object_set_new(json, "n", json_integer((json_int_t)ratio->n));
    json_object_set_new(json, "median", json_real(ratio->median));
    json_object_set_new(json, "lo", ratio->has_interval ? json_real(ratio->lo) : json_null());
    json_object_set_new(json, "hi", ratio->has_interval ? json_real(ratio->hi) : json_null());
}

static json_t *
against_factor(double heap_factor)
{
    return heap_factor > 0 ? json_real(heap_factor) : json_null();
}

static json_t *
against_row_json(const struct against_row *row)
{
    json_t *json = json_object();
    json_object_set_new(json, "workload", json_string(row->group->workload));
    json_object_set_new(json, "variant", json_string(row->group->variant));
    json_object_set_new(json, "manager", json_string(row->manager));
    json_object_set_new(json, "threads", json_integer(row->group->threads));
    json_object_set_new(json, "cores", json_integer(row->group->cores));
    json_object_set_new(json, "heap_factor", against_factor(row->group->heap_factor));
    json_object_set_new(json, "against", row->base ? json_string(row->base->manager) : json_null());
    json_object_set_new(json, "against_variant",
                        row->base ? json_string(row->base->variant) : json_null());
    json_object_set_new(json, "against_threads",
                        row->base ? json_integer(row->base->threads) : json_null());
    json_object_set_new(json, "against_heap_factor",
                        row->base ? against_factor(row->base->heap_factor) : json_null());
    if (row->ratio.n > 0)
        against_set_estimate(json, &row->ratio);
    json_object_set_new(json, "reason", row->reason ? json_string(row->reason) : json_null());
    return json;
}

static json_t *
against_mean_json(const struct against_mean *mean)
{
    json_t *json = json_object();
    json_object_set_new(json, "manager", json_string(mean->manager));
    json_object_set_new(json, "threads", json_integer(mean->group->threads));
    json_object_set_new(json, "cores", json_integer(mean->group->cores));
    json_object_set_new(json, "heap_factor", against_factor(mean->group->heap_factor));
    json_object_set_new(json, "contests", json_integer((json_int_t)mean->contests));
    json_object_set_new(json, "left_out",
                        mean->left_out ? json_string(mean->left_out) : json_null());
    json_object_set_new(json, "paired", json_boolean(mean->is_paired));
    against_set_estimate(json, &mean->ratio);
    return json;
}

static void
against_print_json(const struct against *against, const char *run)
{
    json_t *rows = json_array(), *means = json_array();
    for (size_t i = 0; i < against->row_count; i++)
        json_array_append_new(rows, against_row_json(&against->rows[i]));
    for (size_t i = 0; i < against->mean_count; i++)
        json_array_append_new(means, against_mean_json(&against->means[i]));
    json_t *json = memory_keep(json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o}", "schema", "heapstakes/ratios/1", "run", run, "metric",
        against->metric->name, "against", against->name, "rows", rows, "means", means));
    json_dumpf(json, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(AGAINST_DIGITS));
    putchar('\n');
}

/* A number as it stands in a CSV file; empty for null. */
static const char *
against_plain(const json_t *number)
{
    return json_is_number(number) ? memory_text("%.*g", AGAINST_DIGITS, json_number_value(number))
                                  : "";
}

/* One line a row and a mean, whose workload is "*". */
static void
against_print_csv(const struct against *against)
{
    static const char *const texts[] = { "workload", "variant", "manager", "against" };
    static const char *const numbers[] = { "threads",         "cores",    "heap_factor",
                                           "against_threads", "contests", "n",
                                           "median",          "lo",       "hi" };
    enum { TEXTS = sizeof texts / sizeof texts[0], NUMBERS = sizeof numbers / sizeof numbers[0] };
    struct table table = { .column_count = 0 };
    for (size_t i = 0; i < TEXTS; i++)
        table_column(&table, texts[i], false);
    for (size_t i = 0; i < NUMBERS; i++)
        table_column(&table, numbers[i], true);
    table_column(&table, "against_heap_factor", true);
    table_column(&table, "metric", false);
    table_column(&table, "against_variant", false);
    table_column(&table, "remarks", false);
    for (size_t i = 0; i < against->row_count + against->mean_count; i++) {
        bool is_row = i < against->row_count;
        json_t *json = memory_keep(
            is_row ? against_row_json(&against->rows[i])
                   : against_mean_json(&against->means[i - against->row_count]));
        for (size_t j = 0; j < TEXTS; j++) {
            const char *text = json_string_value(json_object_get(json, texts[j]));
            table_cell(&table, text     ? text
                               : is_row ? ""
                               : j == 0 ? "*"
                               : j == 3 ? against->name
                                        : "");
        }
        for (size_t j = 0; j < NUMBERS; j++)
            table_cell(&table, against_plain(json_object_get(json, numbers[j])));
        table_cell(&table, against_plain(json_object_get(json, "against_heap_factor")));
        table_cell(&table, against->metric->name);
        table_cell(&table, json_string_value(json_object_get(json, "against_variant")));
        table_cell(&table, is_row ? against->rows[i].reason
                                  : against_mean_remark(&against->means[i - against->row_count]));
    }
    table_print(&table, OPTIONS_CSV);
}

void
against_print(const struct against *against, enum options_format format, const char *run)
{
    if (format == OPTIONS_JSON)
        against_print_json(against, run);
    else if (format == OPTIONS_CSV)
        against_print_csv(against);
    else
        against_print_table(against, format);
}
