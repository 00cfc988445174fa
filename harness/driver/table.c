/* table.c -- a table of text, printed for people, as Markdown, as CSV or as JSON. */
#include "table.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

void
table_column(struct table *table, const char *title, bool is_right)
{
    table->titles[table->column_count] = title;
    table->is_right[table->column_count++] = is_right;
}

void
table_cell(struct table *table, const char *text)
{
    table->cells = memory_room(table->cells, table->cell_count, sizeof *table->cells);
    table->cells[table->cell_count++] = text ? text : "";
}

/* Columns that a text fills: bytes that continue a UTF-8 character do not count. */
static size_t
table_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void
table_spaces(size_t n)
{
    while (n-- > 0)
        putchar(' ');
}

static void
table_put(const struct table *table, size_t column, const char *text, size_t width)
{
    size_t space = width - table_width(text);
    bool is_last = column + 1 == table->column_count;
    if (table->is_right[column])
        table_spaces(space);
    fputs(text, stdout);
    if (!table->is_right[column] && !is_last)
        table_spaces(space);
}

bool
table_has_colour(void)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    bool is_refused = no_colour && *no_colour;
    return isatty(STDOUT_FILENO) && !is_refused && terminal && strcmp(terminal, "dumb") != 0;
}

static void
table_print_human(const struct table *table)
{
    size_t widths[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < table->column_count; i++)
        widths[i] = table_width(table->titles[i]);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = table_width(table->cells[i]);
        size_t *column = &widths[i % table->column_count];
        *column = width > *column ? width : *column;
    }
    fputs(table_has_colour() ? "\033[1m" : "", stdout);
    for (size_t i = 0; i < table->column_count; i++) {
        fputs(i ? "  " : "", stdout);
        table_put(table, i, table->titles[i], widths[i]);
    }
    fputs(table_has_colour() ? "\033[0m\n" : "\n", stdout);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t column = i % table->column_count;
        fputs(column ? "  " : "", stdout);
        table_put(table, column, table->cells[i], widths[column]);
        fputs(column + 1 == table->column_count ? "\n" : "", stdout);
    }
}

static void
table_markdown_text(const char *text)
{
    for (; *text; text++) {
        fputs(*text == '|' || *text == '\\' ? "\\" : "", stdout);
        putchar(*text == '\n' ? ' ' : *text);
    }
}

static void
table_print_markdown(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        fputs(i ? " | " : "| ", stdout);
        table_markdown_text(table->titles[i]);
    }
    fputs(" |\n", stdout);
    for (size_t i = 0; i < table->column_count; i++)
        fputs(table->is_right[i] ? "|---:" : "|---", stdout);
    fputs("|\n", stdout);
    for (size_t i = 0; i < table->cell_count; i++) {
        fputs(i % table->column_count ? " | " : "| ", stdout);
        table_markdown_text(table->cells[i]);
        fputs((i + 1) % table->column_count ? "" : " |\n", stdout);
    }
}

/* A field of CSV (RFC 4180): in quotes if it holds what would end it. */
static void
table_csv_text(const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text; text++) {
        fputs(*text == '"' ? "\"" : "", stdout);
        putchar(*text);
    }
    putchar('"');
}

static void
table_print_csv(const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        fputs(i ? "," : "", stdout);
        table_csv_text(table->titles[i]);
    }
    putchar('\n');
    for (size_t i = 0; i < table->cell_count; i++) {
        fputs(i % table->column_count ? "," : "", stdout);
        table_csv_text(table->cells[i]);
        fputs((i + 1) % table->column_count ? "" : "\n", stdout);
    }
}

static void
table_print_json(const struct table *table)
{
    json_t *rows = memory_keep(json_array());
    for (size_t i = 0; i < table->cell_count; i += table->column_count) {
        json_t *row = json_object();
        for (size_t column = 0; column < table->column_count; column++)
            json_object_set_new(row, table->titles[column], json_string(table->cells[i + column]));
        json_array_append_new(rows, row);
    }
    json_dumpf(rows, stdout, JSON_INDENT(1));
    putchar('\n');
}

void
table_print(const struct table *table, enum options_format format)
{
    static void (*const printers[])(const struct table *) = {
        [OPTIONS_HUMAN] = table_print_human,
        [OPTIONS_JSON] = table_print_json,
        [OPTIONS_CSV] = table_print_csv,
        [OPTIONS_MARKDOWN] = table_print_markdown,
    };
    printers[format](table);
}

/* Three significant figures and a prefix. */
static const char *
table_scaled(double value, double step, const char *const *prefixes, size_t count, const char *tail)
{
    size_t i = 0;
    if (value == 0)
        return memory_text("0 %s%s", prefixes[0], tail);
    while (i + 1 < count && fabs(value) >= step * 0.9995) {
        value /= step;
        i++;
    }
    double size = fabs(value);
    int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
    return memory_text("%.*f %s%s", digits, value, prefixes[i], tail);
}

const char *
table_quantity(double value, const char *unit)
{
    static const char *const times[] = { "ns", "us", "ms", "s" };
    static const char *const bytes[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    static const char *const rates[] = { "/s", "k/s", "M/s", "G/s" };
    if (strcmp(unit, "ns") == 0)
        return table_scaled(value, 1000, times, 4, "");
    if (strcmp(unit, "bytes") == 0)
        return table_scaled(value, 1024, bytes, 5, "");
    if (strcmp(unit, "bytes/s") == 0)
        return table_scaled(value, 1024, bytes, 5, "/s");
    if (strcmp(unit, "1/s") == 0)
        return table_scaled(value, 1000, rates, 4, "");
    if (strcmp(unit, "percent") == 0)
        return memory_text("%.3g %%", value);
    if (value == floor(value) && fabs(value) < 1e15)
        return memory_text("%.0f", value);
    return memory_text("%.3g", value);
}
