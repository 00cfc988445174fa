/* options.h -- what the user asked for: the verb, its operand and its flags. */
#ifndef DRIVER_OPTIONS_H
#define DRIVER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum options_verb {
    OPTIONS_LIST,
    OPTIONS_RUN,
    OPTIONS_SHOW,
    OPTIONS_PLOT,
    OPTIONS_DOCTOR,
    OPTIONS_VERBS
};

enum options_format { OPTIONS_HUMAN, OPTIONS_JSON, OPTIONS_CSV, OPTIONS_MARKDOWN };

/* Words in the order in which they were given; words[count] is NULL. */
struct options_list {
    const char **words;
    size_t count;
};

struct options {
    enum options_verb verb;
    const char *operand; /* list: what; show, plot: which run; NULL: not given */
    enum options_format format;
    bool quiet;
    bool help, version;
    /* run */
    const char *filter;           /* NULL: everything */
    struct options_list managers; /* empty: all */
    const char *size;
    unsigned *threads; /* empty: each workload's own default */
    size_t thread_count;
    unsigned *cores; /* to bind a process to; empty: one a thread */
    size_t core_count;
    double *heap_factors; /* 0: no limit */
    size_t heap_factor_count;
    unsigned rounds;
    unsigned repeats;     /* of a process that the kernel disturbed */
    double time_budget_s; /* 0: none */
    const char *cpus;     /* NULL: chosen */
    const char *out;
    bool has_seed;
    uint64_t seed;
    double cell_timeout_s; /* 0: the default of the size */
    bool quick, huge_pages, dry_run, no_record;
    bool no_twins; /* what recording costs is not measured beside */
    const char *resume;
    bool shapes_run; /* a flag was given that --resume must not change */
    /* show */
    const char *metric;
    const char *against_text;    /* NULL: not given */
    struct options_list against; /* managers to compare with; empty: none */
    bool against_has_factor;     /* and with which heap factor; else each row's own */
    double against_factor;       /* 0: no limit */
    unsigned against_threads;    /* 0: each row's own */
    unsigned against_cores;      /* the same; of other threads: as many */
    const char *against_variant; /* of the workload; NULL: each row's own */
};

/* Reads the command line.  False: an error was said, and the exit status is 2. */
bool options_parse(struct options *options, int argc, char **argv);

/* Prints the help of all, or of one verb. */
void options_print_help(void);
void options_print_verb_help(enum options_verb verb);

/* Splits a list at its commas.  False: a word is empty. */
bool options_split(const char *text, struct options_list *list);

/* The words that sizes can be; NULL-terminated. */
extern const char *const OPTIONS_SIZES[];

#endif
