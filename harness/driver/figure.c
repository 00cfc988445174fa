/* figure.c -- the data that figures are drawn from. */
#include "figure.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "document.h"
#include "memory.h"

enum { FIGURE_DIGITS = 9, FIGURE_SCALES_MIN = 3 };

/* A number, or ? if it is not there. */
static const char *
figure_number(const json_t *row, const char *key)
{
    const json_t *number = json_object_get(row, key);
    return json_is_number(number) ? memory_text("%.*g", FIGURE_DIGITS, json_number_value(number))
                                  : "?";
}

static const char *
figure_triple(const json_t *row)
{
    return memory_text("%s\t%s\t%s", figure_number(row, "median"), figure_number(row, "lo"),
                       figure_number(row, "hi"));
}

/* A line of a manager with a value, or with a note that says why it has none. */
static bool
figure_add_value(const struct view *view, const struct view_group *group, size_t panel, size_t i,
                 const json_t *entry, struct text *lines)
{
    const char *note = view_note(view, group, view->managers[i]);
    if (entry)
        text_add(lines, "%zu\t%zu\t%s\t\n", panel, i + 1, figure_triple(entry));
    else if (*note)
        text_add(lines, "%zu\t%zu\t?\t?\t?\t%s\n", panel, i + 1, note);
    return entry != NULL;
}

/* Appends what a panel came to, if it holds any value. */
static bool
figure_keep(bool has_values, const struct text *own, struct text *lines)
{
    if (has_values)
        text_add(lines, "%s", own->bytes);
    return has_values;
}

/* Of a workload that allocates nothing there is no throughput. */
static bool
figure_throughput(const struct view *view, const struct view_group *group, size_t panel,
                  struct text *lines)
{
    struct text own = { .length = 0 };
    bool has_values = false;
    for (size_t i = 0; i < view->manager_count; i++) {
        const json_t *row = view_row(view, group, view->managers[i], "alloc_per_s");
        if (row && document_number(row, "median", 0) <= 0)
            return false;
        has_values |= figure_add_value(view, group, panel, i, row, &own);
    }
    return figure_keep(has_values, &own, lines);
}

/* The entry of a list that belongs to a contest and a manager, or NULL. */
static const json_t *
figure_entry(const struct view *view, const char *list_name, const struct view_group *group,
             const char *manager)
{
    const json_t *list = json_object_get(view->summary, list_name);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (view_belongs(json_array_get(list, i), group, manager))
            return json_array_get(list, i);
    }
    return NULL;
}

static bool
figure_reuse(const struct view *view, const struct view_group *group, size_t panel,
             struct text *lines)
{
    struct text own = { .length = 0 };
    bool has_values = false;
    if (strcmp(group->variant, "bad") != 0)
        return false;
    for (size_t i = 0; i < view->manager_count; i++) {
        const json_t *entry = figure_entry(view, "reuse", group, view->managers[i]);
        has_values |= figure_add_value(view, group, panel, i, entry, &own);
    }
    return figure_keep(has_values, &own, lines);
}

/* The points of each manager's curve of a kind. */
static bool
figure_curves(const struct view *view, const struct view_group *group, size_t panel,
              const char *kind, struct text *lines)
{
    bool has_values = false;
    const json_t *curves = json_object_get(view->summary, "curves");
    for (size_t i = 0; i < view->manager_count; i++) {
        for (size_t j = 0; j < json_array_size(curves); j++) {
            const json_t *curve = json_array_get(curves, j);
            const json_t *points = json_object_get(curve, "points");
            if (strcmp(document_text(curve, "kind", ""), kind) != 0 ||
                !view_belongs(curve, group, view->managers[i]))
                continue;
            for (size_t k = 0; k < json_array_size(points); k++) {
                const json_t *point = json_array_get(points, k);
                text_add(lines, "%zu\t%zu\t%.9g\t%.9g\n", panel, i + 1,
                         json_number_value(json_array_get(point, 0)),
                         json_number_value(json_array_get(point, 1)));
            }
            text_add(lines, "\n");
            has_values = true;
        }
    }
    return has_values;
}

static bool
figure_latency(const struct view *view, const struct view_group *group, size_t panel,
               struct text *lines)
{
    return figure_curves(view, group, panel, "latency", lines);
}

static bool
figure_pauses(const struct view *view, const struct view_group *group, size_t panel,
              struct text *lines)
{
    return figure_curves(view, group, panel, "pauses", lines);
}

static bool
figure_time_memory(const struct view *view, const struct view_group *group, size_t panel,
                   struct text *lines)
{
    bool has_values = false;
    for (size_t i = 0; i < view->manager_count; i++) {
        const json_t *memory = view_row(view, group, view->managers[i], "peak_rss_bytes");
        const json_t *time = view_row(view, group, view->managers[i], "wall_ns_per_op");
        if (!memory || !time)
            continue;
        text_add(lines, "%zu\t%zu\t%s\t%s\n", panel, i + 1, figure_triple(memory),
                 figure_triple(time));
        has_values = true;
    }
    return has_values;
}

/* What a variant measures by: "64k" is 65536, and the rest says of what: "1g_24b" has "_24b". Zero:
 * it does not begin with a number. */
static double
figure_scale(const char *variant, const char **rest)
{
    char *end;
    double number = *variant >= '0' && *variant <= '9' ? strtod(variant, &end) : 0;
    if (number <= 0)
        return 0;
    const char *letters = "kmg", *letter = *end ? strchr(letters, *end) : NULL;
    for (const char *at = letters; letter && at <= letter; at++)
        number *= 1024;
    *rest = letter ? end + 1 : end;
    return **rest == 0 || **rest == '_' ? number : 0;
}

/* Whether two contests differ in nothing but what they are measured by; then *scale is the
 * second's. */
static bool
figure_is_scaled(const struct view_group *group, const struct view_group *other, double *scale)
{
    const char *rest, *rest_other;
    *scale = figure_scale(other->variant, &rest_other);
    return figure_scale(group->variant, &rest) > 0 && *scale > 0 && strcmp(rest, rest_other) == 0 &&
           strcmp(group->workload, other->workload) == 0 && group->threads == other->threads &&
           group->cores == other->cores && group->heap_factor == other->heap_factor;
}

/* How many contests belong together; 0: this is not the first of them. */
static size_t
figure_scales(const struct view *view, const struct view_group *group)
{
    size_t count = 0;
    double scale;
    for (const struct view_group *other = view->groups; other < view->groups + view->group_count;
         other++) {
        if (!figure_is_scaled(group, other, &scale))
            continue;
        if (other < group)
            return 0;
        count++;
    }
    return count;
}

static bool
figure_scaling(const struct view *view, const struct view_group *group, size_t panel,
               struct text *lines)
{
    bool has_values = false;
    double scale;
    if (figure_scales(view, group) < FIGURE_SCALES_MIN)
        return false;
    for (size_t i = 0; i < view->manager_count; i++) {
        for (size_t j = 0; j < view->group_count; j++) {
            const struct view_group *other = &view->groups[j];
            const json_t *row = view_row(view, other, view->managers[i], "wall_ns_per_op");
            if (!row || !figure_is_scaled(group, other, &scale))
                continue;
            text_add(lines, "%zu\t%zu\t%.9g\t%s\n", panel, i + 1, scale, figure_triple(row));
            has_values = true;
        }
        text_add(lines, "\n");
    }
    return has_values;
}

static const char *const FIGURE_VALUE_COLUMNS[] = { "panel", "manager", "median", "low",
                                                    "high",  "note",    NULL };
static const char *const FIGURE_LATENCY_COLUMNS[] = { "panel", "manager", "1/(1-p)", "latency_ns",
                                                      NULL };
static const char *const FIGURE_PAUSE_COLUMNS[] = { "panel", "manager", "length_ns", "per_second",
                                                    NULL };
static const char *const FIGURE_SCALING_COLUMNS[] = { "panel",    "manager",   "scale", "ns_per_op",
                                                      "time_low", "time_high", NULL };
static const char *const FIGURE_MEMORY_COLUMNS[] = { "panel",    "manager",   "rss_bytes",
                                                     "rss_low",  "rss_high",  "ns_per_op",
                                                     "time_low", "time_high", NULL };

const struct figure FIGURES[] = {
    { "throughput",
      "How many objects a second each manager allocates and gets rid of. "
      "Further right is better.",
      FIGURE_VALUE_COLUMNS, figure_throughput },
    { "reuse",
      "What reuse buys: time of the bad loop divided by time of the good one, paired "
      "within the round.",
      FIGURE_VALUE_COLUMNS, figure_reuse },
    { "latency", "How long a request waits, counted from its intended start. Lower is better.",
      FIGURE_LATENCY_COLUMNS, figure_latency },
    { "pauses",
      "How often the program stands still for at least so long, as far as managers "
      "report it. Further left and lower is better.",
      FIGURE_PAUSE_COLUMNS, figure_pauses },
    { "scaling",
      "How the time of an operation grows with the size that the variants name: of an object, or "
      "of "
      "all that lives. Lower is better, and flat is.",
      FIGURE_SCALING_COLUMNS, figure_scaling },
    { "time_memory", "What time costs in memory. Further left and lower is better.",
      FIGURE_MEMORY_COLUMNS, figure_time_memory },
};
const size_t FIGURES_COUNT = sizeof FIGURES / sizeof FIGURES[0];

/* A text as gnuplot reads it between single quotes: nothing in it is special but the quote. */
static const char *
figure_quote(const char *text)
{
    char *quoted = memory_get(2 * strlen(text) + 3);
    size_t n = 0;
    quoted[n++] = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            quoted[n++] = '\'';
        quoted[n++] = *text;
    }
    quoted[n] = '\'';
    return quoted;
}

static const char *
figure_array(const char *name, const char *const *texts, size_t n)
{
    const char *line = memory_text("array %s[%zu] = [", name, n);
    for (size_t i = 0; i < n; i++)
        line = memory_text("%s%s%s", line, i ? ", " : "", figure_quote(texts[i]));
    return memory_text("%s]\n", line);
}

/* What stands over a panel with several variants in it is the workload, and what they share. */
static const char *
figure_panel_name(const struct figure *figure, const struct view_group *group)
{
    const char *rest;
    if (figure->add_panel == figure_reuse)
        return group->workload;
    if (figure->add_panel != figure_scaling || figure_scale(group->variant, &rest) <= 0)
        return group->title;
    return memory_text("%s%s%s", group->workload, *rest ? ", " : "", *rest ? rest + 1 : "");
}

/* The managers of which a panel's lines tell, as " 1 3 " with a blank around each. */
static const char *
figure_rows(const struct view *view, const char *panel_lines, size_t panel)
{
    const char *rows = " ";
    for (size_t i = 1; i <= view->manager_count; i++)
        if (strstr(panel_lines, memory_text("\n%zu\t%zu\t", panel, i)))
            rows = memory_text("%s%zu ", rows, i);
    return rows;
}

/* Writes the data of one figure, and adds its variables to the script. */
static bool
figure_write(const struct figure *figure, const struct view *view, const char *folder,
             const char **script)
{
    const char **names = memory_get((view->group_count + 1) * sizeof *names);
    const char **rows = memory_get((view->group_count + 1) * sizeof *rows);
    struct text lines = { .length = 0 };
    size_t panels = 0;
    for (size_t i = 0; figure->columns[i]; i++)
        text_add(&lines, "%s%s", i ? "\t" : "#", figure->columns[i]);
    text_add(&lines, "\n");
    for (size_t i = 0; i < view->group_count; i++) {
        size_t before = lines.length;
        if (!figure->add_panel(view, &view->groups[i], panels + 1, &lines))
            continue;
        names[panels++] = figure_panel_name(figure, &view->groups[i]);
        rows[panels - 1] = figure_rows(view, lines.bytes + before - 1, panels);
    }
    *script = memory_text("%s%s_panels = %zu\n", *script, figure->name, panels);
    if (panels > 0)
        *script = memory_text("%s%s%s", *script,
                              figure_array(memory_text("%s_name", figure->name), names, panels),
                              figure_array(memory_text("%s_rows", figure->name), rows, panels));
    return document_write_text(memory_text("%s/%s.dat", folder, figure->name), lines.bytes);
}

/* What the charts call a manager: its name, and the version where it is not built with the
 * project: "libc (glibc 2.36)", but "jemalloc 5.3.0", which says both. */
static const char *
figure_label(const json_t *versions, const char *manager)
{
    const char *version = document_text(versions, manager, "");
    if (!*version)
        return manager;
    if (strncasecmp(version, manager, strlen(manager)) == 0)
        return version;
    return memory_text("%s (%s)", manager, version);
}

static const char **
figure_labels(const struct view *view)
{
    const json_t *machine = json_object_get(view->summary, "machine");
    const json_t *versions = json_object_get(machine, "managers");
    const char **labels = memory_get((view->manager_count + 1) * sizeof *labels);
    for (size_t i = 0; i < view->manager_count; i++)
        labels[i] = figure_label(versions, view->managers[i]);
    return labels;
}

bool
figure_write_all(const struct view *view, const char *folder, const char *scripts,
                 const char *caption)
{
    const char *script = memory_text(
        "# run.gp -- draws the figures of this run: gnuplot run.gp\nscripts = %s\ncaption = %s\n"
        "manager_count = %zu\n%s",
        figure_quote(scripts), figure_quote(caption), view->manager_count,
        figure_array("manager_name", figure_labels(view), view->manager_count));
    for (size_t i = 0; i < FIGURES_COUNT; i++) {
        if (!figure_write(&FIGURES[i], view, folder, &script))
            return false;
    }
    script = memory_text("%sload scripts.\"/all.gp\"\n", script);
    return document_write_text(memory_text("%s/run.gp", folder), script);
}
