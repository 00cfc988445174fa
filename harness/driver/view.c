/* view.c -- asking a summary: which contests it holds, and what a manager came to in each. */
#include "view.h"

#include <regex.h>
#include <string.h>

#include "document.h"
#include "memory.h"
#include "say.h"
#include "table.h"

static bool
view_is_in(const json_t *entry, const struct view_group *group)
{
    const char *variant = document_text(entry, "variant", group->variant);
    return strcmp(document_text(entry, "workload", ""), group->workload) == 0 &&
           strcmp(variant, group->variant) == 0 &&
           document_number(entry, "threads", group->threads) == group->threads &&
           document_number(entry, "cores", group->cores) == group->cores &&
           (!json_object_get(entry, "heap_factor") ||
            document_number(entry, "heap_factor", 0) == group->heap_factor);
}

static struct view_group
view_group_of(const json_t *entry)
{
    return (struct view_group){
        .workload = document_text(entry, "workload", ""),
        .variant = document_text(entry, "variant", ""),
        .threads = (unsigned)document_number(entry, "threads", 1),
        .cores = (unsigned)document_number(entry, "cores", 0),
        .heap_factor = document_number(entry, "heap_factor", 0),
    };
}

/* Adds the contest of an entry, unless it is there. */
static void
view_add_group(struct view *view, const json_t *entry, const regex_t *regex)
{
    if (!json_object_get(entry, "threads"))
        return; /* only the plan knows of it: it did not come to a contest */
    for (size_t i = 0; i < view->group_count; i++) {
        if (view_is_in(entry, &view->groups[i]))
            return;
    }
    struct view_group group = view_group_of(entry);
    group.name = memory_text("%s%s%s", group.workload, *group.variant ? "/" : "", group.variant);
    group.title = group.name;
    if (regex && regexec(regex, group.name, 0, NULL, 0) != 0)
        return;
    view->groups = memory_room(view->groups, view->group_count, sizeof *view->groups);
    view->groups[view->group_count++] = group;
}

static void
view_add_groups(struct view *view, const json_t *list, const regex_t *regex)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        view_add_group(view, json_array_get(list, i), regex);
}

/* Names of contests that differ only in threads, cores or heap factor say so; and so does one whose
 * processes had other than a core for each thread. */
static void
view_make_titles(struct view *view)
{
    for (size_t i = 0; i < view->group_count; i++) {
        struct view_group *group = &view->groups[i];
        bool is_alone = true, is_usual = group->cores == 0 || group->cores == group->threads;
        for (size_t j = 0; j < view->group_count; j++) {
            if (i == j || strcmp(view->groups[j].name, group->name) != 0)
                continue;
            is_alone = false;
            is_usual = is_usual && view->groups[j].cores == group->cores;
        }
        const char *factor = group->heap_factor > 0 ? memory_text("%g", group->heap_factor)
                                                    : "none";
        if (!is_alone)
            group->title = memory_text("%s, %u %s, heap factor %s", group->name, group->threads,
                                       group->threads == 1 ? "thread" : "threads", factor);
        if (!is_usual)
            group->title = memory_text("%s, %u %s", group->title, group->cores,
                                       group->cores == 1 ? "core" : "cores");
    }
}

static bool
view_read_managers(struct view *view, const char *path)
{
    const json_t *managers = json_object_get(view->summary, "managers");
    view->managers = memory_get((json_array_size(managers) + 1) * sizeof *view->managers);
    for (size_t i = 0; i < json_array_size(managers); i++) {
        const char *name = json_string_value(json_array_get(managers, i));
        if (name)
            view->managers[view->manager_count++] = name;
    }
    if (view->manager_count > 0 && json_is_array(json_object_get(view->summary, "rows")))
        return true;
    say_error("%s: line 1: no \"managers\" or \"rows\" in it; the file is damaged", path);
    return false;
}

/* What tells a row from all others. */
static const char *
view_key(const struct view_group *group, const char *manager, const char *metric)
{
    return memory_text("%s/%s/%u/%u/%.9g/%s/%s", group->workload, group->variant, group->threads,
                       group->cores, group->heap_factor, manager, metric);
}

/* Rows by their keys: there are thousands, and each is asked for more than once. */
static void
view_make_index(struct view *view)
{
    const json_t *rows = json_object_get(view->summary, "rows");
    view->index = memory_keep(json_object());
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        const struct view_group group = view_group_of(row);
        if (json_is_number(json_object_get(row, "median")))
            json_object_set(view->index,
                            view_key(&group, document_text(row, "manager", ""),
                                     document_text(row, "metric", "")),
                            row);
    }
}

bool
view_open(struct view *view, const json_t *summary, const char *filter, const char *path)
{
    regex_t regex;
    *view = (struct view){ .summary = summary };
    if (!view_read_managers(view, path))
        return false;
    if (filter && regcomp(&regex, filter, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    view_add_groups(view, json_object_get(summary, "rows"), filter ? &regex : NULL);
    view_add_groups(view, json_object_get(summary, "missing"), filter ? &regex : NULL);
    view_make_titles(view);
    view_make_index(view);
    if (filter)
        regfree(&regex);
    return true;
}

bool
view_belongs(const json_t *entry, const struct view_group *group, const char *manager)
{
    return view_is_in(entry, group) && strcmp(document_text(entry, "manager", ""), manager) == 0;
}

const json_t *
view_row(const struct view *view, const struct view_group *group, const char *manager,
         const char *metric)
{
    return json_object_get(view->index, view_key(group, manager, metric));
}

/* The entry that speaks of a manager as a whole. */
static const json_t *
view_missing(const struct view *view, const struct view_group *group, const char *manager)
{
    const json_t *missing = json_object_get(view->summary, "missing");
    for (size_t i = 0; i < json_array_size(missing); i++) {
        const json_t *entry = json_array_get(missing, i);
        if (strcmp(document_text(entry, "metric", ""), "*") == 0 &&
            view_belongs(entry, group, manager))
            return entry;
    }
    return NULL;
}

const char *
view_reason(const struct view *view, const struct view_group *group, const char *manager)
{
    const json_t *entry = view_missing(view, group, manager);
    if (!entry)
        return NULL;
    const char *status = document_text(entry, "status", "missing");
    const char *reason = document_text(entry, "reason", "no reason");
    if (strcmp(status, "missing") == 0 || strncmp(reason, status, strlen(status)) == 0)
        return reason;
    return memory_text("%s: %s", status, reason);
}

const char *
view_note(const struct view *view, const struct view_group *group, const char *manager)
{
    const json_t *entry = view_missing(view, group, manager);
    if (!entry)
        return "";
    const char *status = document_text(entry, "status", "missing");
    const char *reason = document_text(entry, "reason", "");
    if (strcmp(status, "missing") != 0)
        return status;
    return memory_copy(reason, strcspn(reason, ":;"));
}

bool
view_best(const struct view *view, const struct view_group *group, const char *metric, double *best)
{
    bool is_there = false;
    for (size_t i = 0; i < view->manager_count; i++) {
        const json_t *row = view_row(view, group, view->managers[i], metric);
        double median = document_number(row, "median", 0);
        if (row && (!is_there || median < *best))
            *best = median;
        is_there |= row != NULL;
    }
    return is_there;
}

const char *
view_conditions(const struct view *view)
{
    const json_t *options = json_object_get(view->summary, "options");
    const json_t *factors = json_object_get(options, "heap_factors");
    const char *list = "";
    for (size_t i = 0; i < json_array_size(factors); i++) {
        double factor = json_number_value(json_array_get(factors, i));
        list = memory_text("%s%s%s", list, i ? ", " : "",
                           factor > 0 ? memory_text("%g", factor) : "none");
    }
    double rounds = document_number(view->summary, "rounds", 0);
    return memory_text("%.0f %s, size %s, heap factor %s, seed %.0f", rounds,
                       rounds == 1 ? "round" : "rounds", document_text(options, "size", "?"),
                       *list ? list : "?", document_number(view->summary, "seed", 0));
}

const char *
view_marks(const json_t *row)
{
    const json_t *marks = json_object_get(row, "marks");
    const char *text = "";
    for (size_t i = 0; i < json_array_size(marks); i++) {
        const char *mark = json_string_value(json_array_get(marks, i));
        text = memory_text("%s%s%s", text, *text ? ", " : "", mark ? mark : "?");
    }
    return text;
}

const char *
view_value(const json_t *row)
{
    if (!row)
        return "";
    return table_quantity(document_number(row, "median", 0), document_text(row, "unit", ""));
}

const char *
view_interval(const json_t *row)
{
    const char *unit = document_text(row, "unit", "");
    if (!json_is_number(json_object_get(row, "lo")) || !json_is_number(json_object_get(row, "hi")))
        return "";
    return memory_text("%s .. %s", table_quantity(document_number(row, "lo", 0), unit),
                       table_quantity(document_number(row, "hi", 0), unit));
}

const char *
view_worst(const json_t *row)
{
    const json_t *worst = json_object_get(row, "worst");
    return json_is_number(worst)
               ? table_quantity(json_number_value(worst), document_text(row, "unit", ""))
               : "";
}
