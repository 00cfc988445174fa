/* figure.h -- the data that figures are drawn from: tables in files, explained in plots/README.md.
 */
#ifndef DRIVER_FIGURE_H
#define DRIVER_FIGURE_H

#include <stdbool.h>

#include "text.h"
#include "view.h"

struct figure {
    const char *name;
    const char *caption; /* for the page: the question that it answers, and which way is better */
    const char *const *columns;
    /* Adds the lines of one panel, if the contest has any data of this kind; says whether. */
    bool (*add_panel)(const struct view *view, const struct view_group *group, size_t panel,
                      struct text *lines);
};

extern const struct figure FIGURES[];
extern const size_t FIGURES_COUNT;

/* Writes NAME.dat of every figure and run.gp, which draws them, into a folder; `scripts` is the
 * folder of the scripts, as seen from there.  False: an error was said. */
bool figure_write_all(const struct view *view, const char *folder, const char *scripts,
                      const char *caption);

#endif
