/* option_values.c -- how the value of each flag is read and checked. */
#include "option_values.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "say.h"

enum { OPTION_ROUNDS_MAX = 100000, OPTION_THREADS_MAX = 1024, OPTION_REPEATS_MAX = 100 };
static const double OPTION_SECONDS_MAX = 1e7;
static const double OPTION_QUICK_BUDGET_S = 60;

const char *const OPTIONS_SIZES[] = { "smoke", "normal", "large", NULL };
static const char *const OPTION_FORMATS[] = { "human", "json", "csv", "markdown", NULL };

struct options
option_defaults(void)
{
    struct options options = { .size = "normal", .rounds = 10 };
    options.heap_factors = memory_get(sizeof *options.heap_factors);
    options.heap_factors[0] = 2;
    options.heap_factor_count = 1;
    return options;
}

bool
options_split(const char *text, struct options_list *list)
{
    *list = (struct options_list){ 0 };
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        if (length == 0)
            return false;
        list->words = memory_room(list->words, list->count, sizeof *list->words);
        list->words[list->count++] = memory_copy(at, length);
        at += length;
        if (!*at)
            break;
    }
    list->words = memory_room(list->words, list->count, sizeof *list->words);
    list->words[list->count] = NULL;
    return true;
}

static bool
option_whole(const char *text, uint64_t most, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end || errno || number > most)
        return false;
    *value = number;
    return true;
}

static bool
option_real(const char *text, double most, double *value)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end || !isfinite(number) || number <= 0 || number > most)
        return false;
    *value = number;
    return true;
}

const char *
option_filter(struct options *options, const char *value)
{
    regex_t regex;
    int problem = regcomp(&regex, value, REG_EXTENDED | REG_NOSUB);
    if (problem) {
        char text[128];
        regerror(problem, &regex, text, sizeof text);
        return memory_text("not a regular expression: %s", text);
    }
    regfree(&regex);
    options->filter = value;
    return NULL;
}

const char *
option_managers(struct options *options, const char *value)
{
    return options_split(value, &options->managers) ? NULL : "names with commas between them";
}

const char *
option_size(struct options *options, const char *value)
{
    for (size_t i = 0; OPTIONS_SIZES[i]; i++) {
        if (strcmp(value, OPTIONS_SIZES[i]) == 0) {
            options->size = OPTIONS_SIZES[i];
            return NULL;
        }
    }
    return memory_text("unknown size%s", say_suggestion(value, OPTIONS_SIZES));
}

/* A list of whole numbers above 0. */
static bool
option_counts(const char *value, unsigned **numbers, size_t *count)
{
    struct options_list list;
    if (!options_split(value, &list))
        return false;
    *numbers = memory_get(list.count * sizeof **numbers);
    *count = list.count;
    for (size_t i = 0; i < list.count; i++) {
        uint64_t number;
        if (!option_whole(list.words[i], OPTION_THREADS_MAX, &number) || number == 0)
            return false;
        (*numbers)[i] = (unsigned)number;
    }
    return true;
}

static const char *const OPTION_COUNTS = "numbers from 1 to 1024 with commas between them";

const char *
option_threads(struct options *options, const char *value)
{
    return option_counts(value, &options->threads, &options->thread_count) ? NULL : OPTION_COUNTS;
}

const char *
option_cores(struct options *options, const char *value)
{
    return option_counts(value, &options->cores, &options->core_count) ? NULL : OPTION_COUNTS;
}

const char *
option_heap_factors(struct options *options, const char *value)
{
    static const char *const wrong = "positive numbers, or none, with commas between them";
    struct options_list list;
    if (!options_split(value, &list))
        return wrong;
    options->heap_factors = memory_get(list.count * sizeof *options->heap_factors);
    options->heap_factor_count = list.count;
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.words[i], "none") != 0 &&
            !option_real(list.words[i], 1000, &options->heap_factors[i]))
            return wrong;
    }
    return NULL;
}

const char *
option_rounds(struct options *options, const char *value)
{
    uint64_t number;
    if (!option_whole(value, OPTION_ROUNDS_MAX, &number) || number == 0)
        return "a whole number from 1 to 100000";
    options->rounds = (unsigned)number;
    return NULL;
}

const char *
option_repeat_disturbed(struct options *options, const char *value)
{
    uint64_t number;
    if (!option_whole(value, OPTION_REPEATS_MAX, &number))
        return "a whole number from 0 to 100";
    options->repeats = (unsigned)number;
    return NULL;
}

const char *
option_time_budget(struct options *options, const char *value)
{
    return option_real(value, OPTION_SECONDS_MAX, &options->time_budget_s) ? NULL
                                                                           : "seconds, above 0";
}

const char *
option_cpus(struct options *options, const char *value)
{
    if (!*value || value[strspn(value, "0123456789,-")])
        return "numbers of cores, as 1,3 or 2-5";
    options->cpus = value;
    return NULL;
}

const char *
option_out(struct options *options, const char *value)
{
    options->out = value;
    return *value ? NULL : "the name of a folder";
}

const char *
option_seed(struct options *options, const char *value)
{
    options->has_seed = option_whole(value, INT64_MAX, &options->seed);
    return options->has_seed ? NULL : "a whole number, not negative";
}

const char *
option_cell_timeout(struct options *options, const char *value)
{
    return option_real(value, OPTION_SECONDS_MAX, &options->cell_timeout_s) ? NULL
                                                                            : "seconds, above 0";
}

const char *
option_quick(struct options *options, const char *value)
{
    (void)value;
    options->quick = true;
    options->size = "smoke";
    options->heap_factors[0] = 0; /* a factor of so little is less than a manager's tables */
    options->heap_factor_count = 1;
    options->time_budget_s = OPTION_QUICK_BUDGET_S;
    return NULL;
}

const char *
option_thp(struct options *options, const char *value)
{
    options->huge_pages = strcmp(value, "on") == 0;
    return options->huge_pages || strcmp(value, "off") == 0 ? NULL : "off or on";
}

const char *
option_no_record(struct options *options, const char *value)
{
    (void)value;
    options->no_record = true;
    return NULL;
}

const char *
option_no_twins(struct options *options, const char *value)
{
    (void)value;
    options->no_twins = true;
    return NULL;
}

const char *
option_resume(struct options *options, const char *value)
{
    options->resume = value;
    return *value ? NULL : "the folder of a run";
}

const char *
option_dry_run(struct options *options, const char *value)
{
    (void)value;
    options->dry_run = true;
    return NULL;
}

const char *
option_metric(struct options *options, const char *value)
{
    options->metric = value;
    return NULL;
}

/* The part before the next slash; *at goes behind it. */
static const char *
option_part(const char **at)
{
    size_t length = strcspn(*at, "/");
    const char *part = memory_copy(*at, length);
    *at += length + ((*at)[length] == '/');
    return part;
}

/* A number from 1, or 0 of an empty text. */
static bool
option_count(const char *text, unsigned *count)
{
    uint64_t number = 0;
    bool is_good = !*text || (option_whole(text, OPTION_THREADS_MAX, &number) && number > 0);
    *count = (unsigned)number;
    return is_good;
}

/* [best:]MANAGERS[/FACTOR[/THREADS[/CORES[/VARIANT]]]]; what is empty is each row's own.  Of
 * several managers the best is meant with the word and without. */
const char *
option_against(struct options *options, const char *value)
{
    static const char *const wrong = "[best:]MANAGER[,MANAGER..][/FACTOR[/THREADS[/CORES"
                                     "[/VARIANT]]]], as boehm/2/1";
    static const char best[] = "best:";
    const char *at = value;
    if (strncmp(value, best, sizeof best - 1) == 0)
        at += sizeof best - 1;
    const char *names = option_part(&at), *factor = option_part(&at);
    const char *threads = option_part(&at), *cores = option_part(&at);
    const char *variant = option_part(&at);
    options->against_text = value;
    options->against_has_factor = *factor != '\0';
    options->against_factor = 0;
    options->against_variant = *variant ? variant : NULL;
    bool is_good = option_count(threads, &options->against_threads) &&
                   option_count(cores, &options->against_cores) && !*at;
    if (*factor && strcmp(factor, "none") != 0)
        is_good = option_real(factor, 1000, &options->against_factor) && is_good;
    return options_split(names, &options->against) && is_good ? NULL : wrong;
}

const char *
option_format(struct options *options, const char *value)
{
    for (size_t i = 0; OPTION_FORMATS[i]; i++) {
        if (strcmp(value, OPTION_FORMATS[i]) == 0) {
            options->format = (enum options_format)i;
            return NULL;
        }
    }
    return memory_text("unknown format%s", say_suggestion(value, OPTION_FORMATS));
}

const char *
option_quiet(struct options *options, const char *value)
{
    (void)value;
    options->quiet = true;
    return NULL;
}

const char *
option_help(struct options *options, const char *value)
{
    (void)value;
    options->help = true;
    return NULL;
}
