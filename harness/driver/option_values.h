/* option_values.h -- how the value of each flag is read and checked. */
#ifndef DRIVER_OPTION_VALUES_H
#define DRIVER_OPTION_VALUES_H

#include "options.h"

/* Takes the value; returns NULL, or what is wrong with it. */
typedef const char *option_reader(struct options *options, const char *value);

option_reader option_filter, option_managers, option_size, option_threads, option_heap_factors,
    option_rounds, option_time_budget, option_cpus, option_out, option_seed, option_cell_timeout,
    option_cores, option_quick, option_thp, option_no_record, option_no_twins, option_resume,
    option_dry_run, option_metric, option_format, option_quiet, option_help,
    option_repeat_disturbed, option_against;

struct options option_defaults(void);

#endif
