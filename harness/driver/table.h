/* table.h -- a table of text, printed for people, as Markdown, as CSV or as JSON. */
#ifndef DRIVER_TABLE_H
#define DRIVER_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

enum { TABLE_COLUMNS_MAX = 20 };

struct table {
    const char *titles[TABLE_COLUMNS_MAX];
    bool is_right[TABLE_COLUMNS_MAX]; /* numbers stand at the right */
    size_t column_count;
    const char **cells; /* row by row */
    size_t cell_count;
};

/* A column title; before the first cell. */
void table_column(struct table *table, const char *title, bool is_right);

/* The next cell, from left to right, row by row.  NULL is an empty cell. */
void table_cell(struct table *table, const char *text);

/* Prints it on standard output.  JSON: an array of objects. */
void table_print(const struct table *table, enum options_format format);

/* Whether text on standard output may be coloured. */
bool table_has_colour(void);

/* A number with its unit, short, for people: "12.3 us", "4.51 MiB", "12.3 M/s". */
const char *table_quantity(double value, const char *unit);

#endif
