/* options.c -- the command line: one table of flags, from which parsing and help are made. */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "option_values.h"
#include "say.h"

enum {
    ON_LIST = 1 << OPTIONS_LIST,
    ON_RUN = 1 << OPTIONS_RUN,
    ON_SHOW = 1 << OPTIONS_SHOW,
    ON_PLOT = 1 << OPTIONS_PLOT,
    ON_DOCTOR = 1 << OPTIONS_DOCTOR,
    ON_ALL = (1 << OPTIONS_VERBS) - 1
};

struct options_verb_entry {
    const char *name;
    const char *operand; /* NULL: takes none */
    bool needs_operand;
    const char *help;
};

static const struct options_verb_entry OPTIONS_VERB_TABLE[OPTIONS_VERBS] = {
    { "list", "[managers|workloads|metrics|sizes]", false, "what can be raced and measured here" },
    { "run", NULL, false, "race managers on workloads, and record it" },
    { "show", "RUN", true, "tables of a run: a folder of results, or its summary.json" },
    { "plot", "RUN", true, "figures and the page of a run" },
    { "doctor", NULL, false, "what on this machine makes results noisy, and the mend" },
};

struct options_flag {
    const char *name;
    const char *value; /* what stands for it in the help; NULL: a switch */
    unsigned verbs;
    bool shapes_run; /* changes what is raced */
    option_reader *take;
    const char *help;
};

static const struct options_flag OPTIONS_FLAGS[] = {
    { "--filter", "REGEX", ON_RUN | ON_SHOW, true, option_filter,
      "only workload/variant that match; some are raced only so (see list)" },
    { "--managers", "LIST", ON_RUN, true, option_managers, "only these, in this order" },
    { "--size", "SIZE", ON_RUN, true, option_size, "smoke, normal (default) or large" },
    { "--threads", "LIST", ON_RUN, true, option_threads,
      "numbers of threads (default: each workload's own)" },
    { "--cores", "LIST", ON_RUN, true, option_cores,
      "numbers of cores that a process is bound to (default: one a thread)" },
    { "--heap-factors", "LIST", ON_RUN, true, option_heap_factors,
      "heap limits as multiples of the live peak; none: no limit (default 2)" },
    { "--rounds", "N", ON_RUN, true, option_rounds, "fresh processes per cell (default 10)" },
    { "--repeat-disturbed", "N", ON_RUN, true, option_repeat_disturbed,
      "a process that the kernel interrupted is run again, up to N times (default 0)" },
    { "--time-budget", "SECONDS", ON_RUN, true, option_time_budget,
      "no further round if it would not end in time" },
    { "--cpus", "LIST", ON_RUN, true, option_cpus,
      "cores to race on, as 1,3 or 2-5 (default: the last ones)" },
    { "--out", "DIR", ON_RUN, true, option_out, "folder of the run (default: one in results/)" },
    { "--seed", "N", ON_RUN, true, option_seed,
      "of the workloads and of the order (default: 1, and by the clock)" },
    { "--cell-timeout", "SECONDS", ON_RUN, true, option_cell_timeout,
      "a cell is killed after it (default 60; 10 times as much at size large)" },
    { "--quick", NULL, ON_RUN, true, option_quick,
      "size smoke without a heap limit, as many rounds as fit into a minute" },
    { "--thp", "off|on", ON_RUN, true, option_thp, "transparent huge pages (default off)" },
    { "--no-record", NULL, ON_RUN, true, option_no_record,
      "do not listen to the managers' events: no pauses" },
    { "--no-twins", NULL, ON_RUN, true, option_no_twins,
      "do not measure beside, in one more process a contest and round, what recording costs" },
    { "--resume", "DIR", ON_RUN, false, option_resume, "go on with a run that was stopped" },
    { "--dry-run", NULL, ON_RUN, false, option_dry_run, "print the plan, race nothing" },
    { "--metric", "NAME", ON_SHOW, false, option_metric, "one table of this metric" },
    { "--against", "WHOM", ON_SHOW, false, option_against,
      "ratios to a manager, round by round, of --metric (default wall_ns_per_op).\n"
      "WHOM: boehm; best:mimalloc,jemalloc (the one with the best median in each contest);\n"
      "boehm/3 (at heap factor 3); boehm/none/2 (no limit, 2 threads); boehm///2 (2 cores);\n"
      "boehm////bad (the variant bad of the same workload)" },
    { "--format", "FORMAT", ON_LIST | ON_RUN | ON_SHOW | ON_DOCTOR, false, option_format,
      "human (default), json, csv or markdown" },
    { "--quiet", NULL, ON_ALL, false, option_quiet, "only errors on standard error" },
    { "--help", NULL, ON_ALL, false, option_help, "this" },
};
enum { OPTIONS_FLAG_COUNT = sizeof OPTIONS_FLAGS / sizeof OPTIONS_FLAGS[0] };

static bool
options_find_verb(struct options *options, const char *word)
{
    const char *names[OPTIONS_VERBS + 1] = { NULL };
    for (size_t i = 0; i < OPTIONS_VERBS; i++) {
        names[i] = OPTIONS_VERB_TABLE[i].name;
        if (strcmp(word, names[i]) == 0) {
            options->verb = (enum options_verb)i;
            return true;
        }
    }
    say_error("unknown command '%s'%s", word, say_suggestion(word, names));
    return false;
}

static const struct options_flag *
options_find_flag(enum options_verb verb, const char *word, size_t length)
{
    const char *names[OPTIONS_FLAG_COUNT + 1] = { NULL };
    size_t count = 0;
    const char *given = memory_copy(word, length);
    for (size_t i = 0; i < OPTIONS_FLAG_COUNT; i++) {
        if (!(OPTIONS_FLAGS[i].verbs & 1u << verb))
            continue;
        names[count++] = OPTIONS_FLAGS[i].name;
        if (strcmp(given, OPTIONS_FLAGS[i].name) == 0)
            return &OPTIONS_FLAGS[i];
    }
    const char *verb_name = OPTIONS_VERB_TABLE[verb].name;
    say_error("'%s' is no flag of %s%s", given, verb_name, say_suggestion(given, names));
    return NULL;
}

/* Takes the flag at *at, and its value from the same word or the next one. */
static bool
options_take_flag(struct options *options, int argc, char **argv, int *at)
{
    const char *word = argv[*at];
    size_t length = strcspn(word, "=");
    const struct options_flag *flag = options_find_flag(options->verb, word, length);
    if (!flag)
        return false;
    const char *value = word[length] ? word + length + 1 : NULL;
    if (!flag->value && value) {
        say_error("%s takes no value", flag->name);
        return false;
    }
    if (flag->value && !value) {
        if (*at + 1 >= argc) {
            say_error("%s needs a value: %s", flag->name, flag->value);
            return false;
        }
        value = argv[++*at];
    }
    options->shapes_run |= flag->shapes_run;
    const char *problem = flag->take(options, value);
    if (problem)
        say_error("%s %s: %s", flag->name, value, problem);
    return !problem;
}

static bool
options_take_operand(struct options *options, const char *word)
{
    const struct options_verb_entry *verb = &OPTIONS_VERB_TABLE[options->verb];
    if (!verb->operand || options->operand) {
        say_error("%s takes %s: '%s' is too much", verb->name,
                  verb->operand ? "one argument" : "only flags", word);
        return false;
    }
    options->operand = word;
    return true;
}

static bool
options_check(struct options *options)
{
    const struct options_verb_entry *verb = &OPTIONS_VERB_TABLE[options->verb];
    if (verb->needs_operand && !options->operand) {
        say_error("%s needs the folder of a run: heapstakes %s %s", verb->name, verb->name,
                  verb->operand);
        return false;
    }
    if (options->cpus && options->core_count > 0) {
        say_error(
            "--cores and --cpus exclude each other: the first says how many, the other which");
        return false;
    }
    if (options->resume && options->shapes_run) {
        say_error("--resume takes the plan from %s: only --quiet and --format go with it",
                  options->resume);
        return false;
    }
    return true;
}

/* Reads what stands before the verb: false if the command line ends there. */
static bool
options_is_global(struct options *options, const char *word)
{
    options->help = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
                    strcmp(word, "help") == 0;
    options->version = strcmp(word, "--version") == 0;
    return options->help || options->version;
}

bool
options_parse(struct options *options, int argc, char **argv)
{
    *options = option_defaults();
    if (argc < 2) {
        say_error("what shall be done? See heapstakes --help");
        return false;
    }
    if (options_is_global(options, argv[1])) {
        options->verb = OPTIONS_VERBS;
        return true;
    }
    if (!options_find_verb(options, argv[1]))
        return false;
    for (int at = 2; at < argc; at++) {
        bool taken = argv[at][0] == '-' && argv[at][1] ? options_take_flag(options, argc, argv, &at)
                                                       : options_take_operand(options, argv[at]);
        if (!taken)
            return false;
    }
    return options->help || options_check(options);
}

void
options_print_help(void)
{
    puts("heapstakes races memory managers: one memory API, one set of workloads.\n\n"
         "usage: heapstakes COMMAND [FLAG..]\n");
    for (size_t i = 0; i < OPTIONS_VERBS; i++)
        printf("  %-8s %s\n", OPTIONS_VERB_TABLE[i].name, OPTIONS_VERB_TABLE[i].help);
    puts("\n  heapstakes COMMAND --help    the flags of a command\n"
         "  heapstakes --version         version and build\n\n"
         "Exit status: 0 fine; 1 error of the command or of a cell; 2 usage; 5 machine unfit\n"
         "(doctor only).  A manager that ran out of memory, or cannot run here, is a result.");
}

/* Further lines of the help stand under the first. */
static void
options_print_flag(const char *name, const char *help)
{
    size_t length = strcspn(help, "\n");
    printf("  %-23s %.*s\n", name, (int)length, help);
    if (help[length])
        options_print_flag("", help + length + 1);
}

void
options_print_verb_help(enum options_verb verb)
{
    const struct options_verb_entry *entry = &OPTIONS_VERB_TABLE[verb];
    printf("heapstakes %s: %s\n\nusage: heapstakes %s %s%s[FLAG..]\n\n", entry->name, entry->help,
           entry->name, entry->operand ? entry->operand : "", entry->operand ? " " : "");
    for (size_t i = 0; i < OPTIONS_FLAG_COUNT; i++) {
        const struct options_flag *flag = &OPTIONS_FLAGS[i];
        if (!(flag->verbs & 1u << verb))
            continue;
        char *name = memory_text("%s %s", flag->name, flag->value ? flag->value : "");
        options_print_flag(name, flag->help);
    }
}
