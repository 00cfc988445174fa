/* plot.c -- heapstakes plot: the data of the figures, the figures by one gnuplot, and the page. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cells.h"
#include "document.h"
#include "figure.h"
#include "machine.h"
#include "memory.h"
#include "process.h"
#include "report.h"
#include "say.h"
#include "summary.h"
#include "verbs.h"
#include "view.h"

enum { PLOT_NOT_FOUND = 127 };
static const double PLOT_LIMIT_S = 300;

/* The folder of a run, from the folder itself or from its summary.json. */
static const char *
plot_folder(const char *operand)
{
    struct stat facts;
    if (stat(operand, &facts) == 0 && S_ISDIR(facts.st_mode))
        return operand;
    const char *slash = strrchr(operand, '/');
    return slash ? memory_copy(operand, (size_t)(slash - operand)) : ".";
}

/* The way from one folder to another, so that what is written holds on other machines. */
static const char *
plot_relative(const char *from, const char *to)
{
    char start[PATH_MAX], end[PATH_MAX];
    if (!realpath(from, start) || !realpath(to, end))
        return to;
    size_t common = 0;
    for (size_t i = 0; start[i] == end[i] && start[i]; i++) {
        if (start[i] == '/')
            common = i;
    }
    size_t length = strlen(end);
    if (strncmp(start, end, length) == 0 && start[length] == '/')
        common = length;
    const char *way = "";
    for (const char *rest = start + common; *rest; rest++) {
        if (*rest == '/')
            way = memory_text("%s../", way);
    }
    return memory_text("%s%s", way, end[common] ? end + common + 1 : ".");
}

/* Whether every script that a figure needs is there. */
static bool
plot_has_scripts(const char *folder)
{
    const char *needed[] = { "all", "style" };
    for (size_t i = 0; i < FIGURES_COUNT + 2; i++) {
        const char *name = i < 2 ? needed[i] : FIGURES[i - 2].name;
        const char *path = memory_text("%s/%s.gp", folder, name);
        if (access(path, R_OK) == 0)
            continue;
        say_error("%s: %s; the figures are drawn by the scripts of the source tree", path,
                  strerror(errno));
        return false;
    }
    return true;
}

static bool
plot_draw(const char *folder)
{
    const char *arguments[] = { "/usr/bin/env", "-C", folder, "gnuplot", "run.gp", NULL };
    struct process_result result = process_run(arguments, PLOT_LIMIT_S);
    if (result.started && result.status == 0)
        return true;
    if (!result.started)
        say_error("gnuplot: %s", result.problem);
    else if (result.status == PLOT_NOT_FOUND)
        say_error("gnuplot is missing: install the package gnuplot-nox and plot again; the data "
                  "of the figures is in %s",
                  folder);
    else if (result.timed_out)
        say_error("gnuplot did not end in %.0f s; the data of the figures is in %s", PLOT_LIMIT_S,
                  folder);
    else
        say_error("gnuplot failed in %s: %s", folder, result.errors);
    return false;
}

/* Removes the pictures of an earlier time: what is shown was drawn from what is there now. */
static void
plot_remove_pictures(const char *folder)
{
    for (size_t i = 0; i < FIGURES_COUNT; i++) {
        unlink(memory_text("%s/%s.svg", folder, FIGURES[i].name));
        unlink(memory_text("%s/%s.png", folder, FIGURES[i].name));
    }
}

static bool
plot_make_folder(const char *folder)
{
    if (mkdir(folder, 0777) == 0 || errno == EEXIST)
        return true;
    say_error("%s: cannot be made: %s", folder, strerror(errno));
    return false;
}

int
verb_plot(const struct options *options)
{
    struct view view;
    struct cells cells;
    const json_t *summary = summary_load(options->operand);
    if (!summary || !view_open(&view, summary, NULL, options->operand) || !cells_load(&cells))
        return SAY_ERROR;
    if (view.group_count == 0) {
        say_error("%s: it has no results to draw", options->operand);
        return SAY_ERROR;
    }
    const char *folder = plot_folder(options->operand);
    const char *plots = memory_text("%s/plots", folder);
    const char *scripts = memory_text("%s/plots", cells.source);
    const char *caption = memory_text(
        "%s: %s; %s", document_text(summary, "run", "?"), view_conditions(&view),
        document_text(json_object_get(json_object_get(summary, "machine"), "system"), "cpu", "?"));
    if (!plot_has_scripts(scripts) || !plot_make_folder(plots) ||
        !figure_write_all(&view, plots, plot_relative(plots, scripts), caption))
        return SAY_ERROR;
    plot_remove_pictures(plots);
    bool is_drawn = plot_draw(plots);
    if (!report_write(&view, folder) || !is_drawn)
        return SAY_ERROR;
    printf("%s/index.html\n", folder);
    return SAY_FINE;
}
