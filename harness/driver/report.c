/* report.c -- the page of a run: figures with captions, tables, and what is missing. */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contest.h"
#include "document.h"
#include "figure.h"
#include "machine.h"
#include "memory.h"
#include "say.h"

static const char REPORT_STYLE[] =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;"
    "color:#202020;background:#fff}"
    "h1,h2,h3{line-height:1.2}h2{margin-top:3rem}"
    "figure{margin:2rem 0}figure img{width:100%;height:auto;border:1px solid #ddd}"
    "figcaption{color:#505050}"
    ".wide{overflow-x:auto}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem;font-size:.9rem}"
    "caption{text-align:left;font-weight:600;padding:.3rem 0}"
    "th,td{padding:.15rem .8rem .15rem 0;text-align:left;border-bottom:1px solid #e4e4e4;"
    "vertical-align:top}"
    "th.number,td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}";

/* Text between tags, or in an attribute with double quotes. */
static void
report_text(FILE *page, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", page);
            break;
        case '<':
            fputs("&lt;", page);
            break;
        case '>':
            fputs("&gt;", page);
            break;
        case '"':
            fputs("&quot;", page);
            break;
        default:
            fputc(*text, page);
        }
    }
}

/* An element with a text in it. */
static void
report_element(FILE *page, const char *tag, const char *text)
{
    fprintf(page, "<%s>", tag);
    report_text(page, text);
    fprintf(page, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

static void
report_table(FILE *page, const struct table *table, const char *caption)
{
    if (table->cell_count == 0)
        return;
    fputs("<div class=\"wide\"><table>\n", page);
    report_element(page, "caption", caption);
    fputs("<thead><tr>", page);
    for (size_t i = 0; i < table->column_count; i++) {
        const char *kind = table->is_right[i] ? "th scope=\"col\" class=\"number\""
                                              : "th scope=\"col\"";
        report_element(page, kind, table->titles[i]);
    }
    fputs("</tr></thead>\n<tbody>\n", page);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t column = i % table->column_count;
        fputs(column == 0 ? "<tr>" : "", page);
        report_element(page, table->is_right[column] ? "td class=\"number\"" : "td",
                       table->cells[i]);
        fputs(column + 1 == table->column_count ? "</tr>\n" : "", page);
    }
    fputs("</tbody></table></div>\n", page);
}

static void
report_figures(FILE *page, const char *folder)
{
    report_element(page, "h2 id=\"figures\"", "Figures");
    size_t shown = 0;
    for (size_t i = 0; i < FIGURES_COUNT; i++) {
        const char *name = FIGURES[i].name;
        if (access(memory_text("%s/plots/%s.svg", folder, name), R_OK) != 0)
            continue;
        shown++;
        fprintf(page, "<figure id=\"%s\"><a href=\"plots/%s.svg\"><img src=\"plots/%s.svg\" alt=\"",
                name, name, name);
        report_text(page, FIGURES[i].caption);
        fputs("\"></a>\n<figcaption>", page);
        report_text(page, FIGURES[i].caption);
        fprintf(page,
                " <a href=\"plots/%s.png\">PNG</a>, <a href=\"plots/%s.dat\">data</a>"
                "</figcaption></figure>\n",
                name, name);
    }
    if (shown == 0)
        report_element(page, "p", "No figures were drawn: gnuplot was not there.");
}

/* A table of two columns of what an object says; objects in it are left out. */
static struct table
report_facts(const json_t *object, const char *title)
{
    struct table table = { .column_count = 0 };
    const char *key;
    json_t *value;
    table_column(&table, title, false);
    table_column(&table, "", false);
    json_object_foreach((json_t *)object, key, value)
    {
        if (!json_is_string(value) && !json_is_boolean(value) && !json_is_null(value))
            continue;
        const char *otherwise = json_is_true(value)    ? "yes"
                                : json_is_false(value) ? "no"
                                                       : "not known";
        table_cell(&table, key);
        table_cell(&table, json_is_string(value) ? json_string_value(value) : otherwise);
    }
    return table;
}

static struct table
report_caches(const json_t *machine)
{
    struct table table = { .column_count = 0 };
    const json_t *topology = json_object_get(json_object_get(machine, "system"), "topology");
    const json_t *caches = json_object_get(topology, "caches");
    table_column(&table, "cache", false);
    table_column(&table, "how many", true);
    table_column(&table, "each", true);
    for (size_t i = 0; i < json_array_size(caches); i++) {
        const json_t *cache = json_array_get(caches, i);
        table_cell(&table, document_text(cache, "name", "?"));
        table_cell(&table, memory_text("%.0f", document_number(cache, "count", 0)));
        table_cell(&table, table_quantity(document_number(cache, "bytes", 0), "bytes"));
    }
    return table;
}

/* Managers that state a version are not ours. */
static void
report_machine(FILE *page, const json_t *machine)
{
    static const char *const parts[][2] = { { "system", "Machine" },
                                            { "build", "Build" },
                                            { "tools", "Tools" },
                                            { "managers", "Versions of managers; the others were "
                                                          "built with the project" },
                                            { "inputs", "Input data" } };
    report_element(page, "h2 id=\"machine\"", "Machine and build");
    report_element(page, "p", machine_line(machine));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct table facts = report_facts(json_object_get(machine, parts[i][0]), parts[i][0]);
        report_table(page, &facts, parts[i][1]);
    }
    struct table caches = report_caches(machine);
    report_table(page, &caches, "Caches");
}

static void
report_tables(FILE *page, const struct view *view)
{
    report_element(page, "h2 id=\"tables\"", "Tables");
    report_element(page, "p",
                   "Medians over fresh processes, fastest first, with exact 95 % intervals from "
                   "order statistics; fewer than six rounds give none.");
    for (size_t i = 0; i < view->group_count; i++) {
        struct table table = contest_table(view, &view->groups[i]);
        report_table(page, &table, view->groups[i].title);
    }
    struct table reuse = contest_reuse_table(view);
    report_table(page, &reuse, "What reuse buys: time of the bad loop / time of the good one");
    struct table rates = contest_rates_table(view);
    report_table(page, &rates, "Rates: half of what the slowest contestant can serve");
    struct table cost = contest_cost_table(view);
    report_table(page, &cost, "What recording costs: time with it / time without");
    report_element(page, "h2 id=\"missing\"", "What is missing, and why");
    struct table missing = contest_missing_table(view);
    report_table(page, &missing, "Managers that could not run, or stopped");
    struct table gaps = contest_gaps_table(view);
    report_table(page, &gaps, "Metrics that could not be taken");
}

static void
report_page(FILE *page, const struct view *view, const char *folder)
{
    const json_t *machine = json_object_get(view->summary, "machine");
    const char *title = memory_text("Heapstakes: %s", document_text(view->summary, "run", "?"));
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n",
          page);
    report_element(page, "title", title);
    fprintf(page, "<style>%s</style></head>\n<body>\n", REPORT_STYLE);
    report_element(page, "h1", title);
    report_element(page, "p", view_conditions(view));
    report_element(page, "p",
                   memory_text("Started %s with: %s", document_text(machine, "started", "?"),
                               document_text(machine, "command", "?")));
    fputs("<p><a href=\"#figures\">Figures</a> \xc2\xb7 <a href=\"#tables\">Tables</a> \xc2\xb7 "
          "<a href=\"#missing\">What is missing, and why</a> \xc2\xb7 "
          "<a href=\"#machine\">Machine and build</a></p>\n",
          page);
    report_figures(page, folder);
    report_tables(page, view);
    report_machine(page, machine);
    fputs("<p>Raw data: <a href=\"runs.jsonl\">runs.jsonl</a>, "
          "<a href=\"summary.json\">summary.json</a>, "
          "<a href=\"machine.json\">machine.json</a>, <a href=\"plan.json\">plan.json</a></p>\n"
          "</body></html>\n",
          page);
}

bool
report_write(const struct view *view, const char *folder)
{
    char *text = NULL;
    size_t length;
    FILE *page = open_memstream(&text, &length);
    if (page)
        report_page(page, view, folder);
    bool is_made = page && fclose(page) == 0;
    if (!is_made)
        say_error("%s/index.html: out of memory", folder);
    bool is_written = is_made && document_write_text(memory_text("%s/index.html", folder), text);
    free(text);
    return is_written;
}
