/* report.h -- the page of a run: figures and tables in one HTML file that needs nothing else but
 * the pictures beside it. */
#ifndef DRIVER_REPORT_H
#define DRIVER_REPORT_H

#include <stdbool.h>

#include "view.h"

/* Writes folder/index.html; pictures are those that are in folder/plots.  False: an error was
 * said. */
bool report_write(const struct view *view, const char *folder);

#endif
