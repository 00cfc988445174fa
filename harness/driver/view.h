/* view.h -- asking a summary: which contests it holds, and what a manager came to in each. */
#ifndef DRIVER_VIEW_H
#define DRIVER_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One contest: whoever did the same work under the same limit. */
struct view_group {
    const char *workload, *variant;
    const char *name;        /* "format_loop/bad" */
    const char *title;       /* the same, with what tells it from the others of this name */
    unsigned threads, cores; /* cores: 0 if the summary does not say */
    double heap_factor;      /* 0: none */
};

struct view {
    const json_t *summary;
    const char **managers; /* in the order of registration */
    size_t manager_count;
    struct view_group *groups;
    size_t group_count;
    json_t *index; /* rows by who and what they are of */
};

/* Opens a summary; of its contests only those whose name matches the filter, which may be NULL.
 * False: an error was said about `path`. */
bool view_open(struct view *view, const json_t *summary, const char *filter, const char *path);

/* The row of a metric, or NULL. */
const json_t *view_row(const struct view *view, const struct view_group *group, const char *manager,
                       const char *metric);

/* Why a manager stands in no row of a contest, or stopped in it, or NULL. */
const char *view_reason(const struct view *view, const struct view_group *group,
                        const char *manager);

/* One word for it: "exhausted", "failed", "one thread"; "" if there is no reason. */
const char *view_note(const struct view *view, const struct view_group *group, const char *manager);

/* The smallest median of a metric in a contest; false: nobody has one. */
bool view_best(const struct view *view, const struct view_group *group, const char *metric,
               double *best);

/* An entry of the lists "reuse" or "curves" that belongs to a contest and a manager. */
bool view_belongs(const json_t *entry, const struct view_group *group, const char *manager);

/* "10 rounds, size normal, heap factor 2, seed 1" */
const char *view_conditions(const struct view *view);

/* The marks of a row as words with commas between them. */
const char *view_marks(const json_t *row);

/* The median with its unit, "12.3 us"; "" for NULL. */
const char *view_value(const json_t *row);

/* "11.9 .. 12.8 us", or "" if there is no interval. */
const char *view_interval(const json_t *row);

/* The worst of all processes, with its unit, or "" where no way is better. */
const char *view_worst(const json_t *row);

#endif
