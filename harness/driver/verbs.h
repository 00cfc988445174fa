/* verbs.h -- what the command can do; each returns the exit status. */
#ifndef DRIVER_VERBS_H
#define DRIVER_VERBS_H

#include "options.h"

int verb_list(const struct options *options);
int verb_run(struct options *options, int argc, char **argv);
int verb_show(const struct options *options);
int verb_plot(const struct options *options);
int verb_doctor(const struct options *options);

#endif
