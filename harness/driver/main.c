/* main.c -- the heapstakes command: races memory managers and shows what came of it. */
#include <stdio.h>

#include "cells.h"
#include "memory.h"
#include "say.h"
#include "topology.h"
#include "verbs.h"

static int
main_print_version(void)
{
    struct cells cells;
    if (!cells_load(&cells))
        return SAY_ERROR;
    printf("heapstakes %s (%s, %s, %s)\n", cells.version, cells.compiler, cells.build_type,
           *cells.sanitize ? cells.sanitize : "not sanitised");
    return SAY_FINE;
}

static int
main_help(const struct options *options)
{
    if (options->verb == OPTIONS_VERBS)
        options_print_help();
    else
        options_print_verb_help(options->verb);
    return SAY_FINE;
}

static int
main_do(struct options *options, int argc, char **argv)
{
    if (options->help)
        return main_help(options);
    if (options->version)
        return main_print_version();
    say_be_quiet(options->quiet);
    switch (options->verb) {
    case OPTIONS_LIST:
        return verb_list(options);
    case OPTIONS_RUN:
        return verb_run(options, argc, argv);
    case OPTIONS_SHOW:
        return verb_show(options);
    case OPTIONS_PLOT:
        return verb_plot(options);
    default:
        return verb_doctor(options);
    }
}

int
main(int argc, char **argv)
{
    struct options options;
    int status = options_parse(&options, argc, argv) ? main_do(&options, argc, argv) : SAY_USAGE;
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == SAY_FINE) {
        say_error("standard output cannot be written; is the disk full?");
        status = SAY_ERROR;
    }
    topology_close();
    memory_release();
    return status;
}
