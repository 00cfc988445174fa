/* probe_cover.c -- the events of our managers tell of every stall that the probe sees: each call
 * that takes 100 us or longer, at the same ordinal in each of three runs with one seed, in none of
 * them with an involuntary switch, is covered by events.
 *
 *   probe_cover [--tell] CMAKE BUILD-FOLDER WORKLOAD:SIZE..
 *   probe_cover --files RUN1 RUN2 RUN3
 *
 * The second judges three files of events.  With --tell each cell runs once and no stall is judged,
 * since how long a page's first touch takes is the machine's: only a cell that fails, or tells of
 * no event at all, is a failure then.  The first builds the probe cells that it needs, of
 * every manager of ours that emits events, and runs them at heap factor 2.  A part of a stall
 * counts as uncovered if no event lies over it and the caller did not ask for it: making or copying
 * n bytes may take n nanoseconds in any manager, for first touch.  The time until the world stood
 * still covers nothing: the mutators run meanwhile, and who waits has an event of its own.  An
 * uncovered rest must be below 100 us in one run at least: what is only there in some runs came
 * from the machine. */
#define _GNU_SOURCE
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 3, LONG_NS = 100000, CELL_EXHAUSTED = 3, CELL_USAGE = 2 };

struct span {
    uint64_t begin_ns, end_ns;
};

struct stall {
    struct span span;
    uint64_t thread, ordinal, switches, bytes;
    char call[32], place[256];
};

/* What one run left: its stalls of LONG_NS and longer, and its events in order of their begin. */
struct run {
    struct stall *stalls;
    struct span *events;
    size_t stalls_count, events_count;
};

static const char *cmake, *build;
static bool tells_only;

static void *
grown(void *array, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return array;
    void *fresh = realloc(array, (count ? 2 * count : 1) * size);
    if (!fresh) {
        fputs("probe_cover: no memory\n", stderr);
        exit(1);
    }
    return fresh;
}

/* -- Reading a file of events ------------------------------------------------------- */

static uint64_t
number(const json_t *line, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(line, key));
}

static void
text(const json_t *line, const char *key, char *to, size_t size)
{
    const char *from = json_string_value(json_object_get(line, key));
    snprintf(to, size, "%s", from ? from : "");
}

static void
take_line(struct run *run, const json_t *line)
{
    char type[16], kind[16];
    text(line, "type", type, sizeof type);
    text(line, "kind", kind, sizeof kind);
    struct span span = { number(line, "begin_ns"), number(line, "end_ns") };
    if (strcmp(type, "event") == 0 && strcmp(kind, "time_to_stop") != 0) {
        run->events = grown(run->events, run->events_count, sizeof *run->events);
        run->events[run->events_count++] = span;
    } else if (strcmp(type, "stall") == 0 && span.end_ns - span.begin_ns >= LONG_NS) {
        run->stalls = grown(run->stalls, run->stalls_count, sizeof *run->stalls);
        struct stall *stall = &run->stalls[run->stalls_count++];
        *stall = (struct stall){ .span = span,
                                 .thread = number(line, "thread"),
                                 .ordinal = number(line, "ordinal"),
                                 .switches = number(line, "switches"),
                                 .bytes = number(line, "bytes") };
        text(line, "call", stall->call, sizeof stall->call);
        text(line, "place", stall->place, sizeof stall->place);
    }
}

static int
compare_spans(const void *a, const void *b)
{
    uint64_t left = ((const struct span *)a)->begin_ns, right = ((const struct span *)b)->begin_ns;
    return (left > right) - (left < right);
}

static bool
read_run(const char *path, struct run *run)
{
    char line[4096];
    FILE *file = fopen(path, "r");
    *run = (struct run){ .stalls = NULL };
    if (!file)
        return false;
    while (fgets(line, sizeof line, file)) {
        json_t *value = json_loads(line, 0, NULL);
        if (!value)
            return false;
        take_line(run, value);
        json_decref(value);
    }
    fclose(file);
    if (run->events_count)
        qsort(run->events, run->events_count, sizeof *run->events, compare_spans);
    return true;
}

/* -- Judging ------------------------------------------------------------------------ */

static const struct stall *
same_stall(const struct run *run, const struct stall *wanted)
{
    for (size_t i = 0; i < run->stalls_count; i++) {
        const struct stall *stall = &run->stalls[i];
        if (stall->ordinal == wanted->ordinal && stall->thread == wanted->thread &&
            strcmp(stall->call, wanted->call) == 0 && stall->switches == 0)
            return stall;
    }
    return NULL;
}

/* Nanoseconds of a stall over which no event lies, and which the caller did not ask for. */
static uint64_t
uncovered(const struct run *run, const struct stall *stall)
{
    uint64_t at = stall->span.begin_ns, rest = 0;
    for (size_t i = 0; i < run->events_count && at < stall->span.end_ns; i++) {
        const struct span *event = &run->events[i];
        if (event->end_ns <= at || event->begin_ns >= stall->span.end_ns)
            continue;
        if (event->begin_ns > at)
            rest += event->begin_ns - at;
        at = event->end_ns;
    }
    if (at < stall->span.end_ns)
        rest += stall->span.end_ns - at;
    return rest > stall->bytes ? rest - stall->bytes : 0;
}

/* Judges one stall of the first run; counts it if it came back. */
static bool
judge_stall(const struct run runs[RUNS], const struct stall *stall, size_t *recurring)
{
    uint64_t least = uncovered(&runs[0], stall);
    if (stall->switches > 0)
        return true;
    for (unsigned i = 1; i < RUNS; i++) {
        const struct stall *again = same_stall(&runs[i], stall);
        if (!again)
            return true;
        uint64_t rest = uncovered(&runs[i], again);
        least = rest < least ? rest : least;
    }
    ++*recurring;
    if (least < LONG_NS)
        return true;
    fprintf(stderr, "  %s at %s, call %llu: %llu us of %llu us are covered by no event\n",
            stall->call, stall->place, (unsigned long long)stall->ordinal,
            (unsigned long long)(least / 1000),
            (unsigned long long)((stall->span.end_ns - stall->span.begin_ns) / 1000));
    return false;
}

/* -- Running ------------------------------------------------------------------------ */

/* The status of a command made of the parts; its output goes nowhere. */
static int
command(const char *format, const char *a, const char *b, const char *c, const char *d)
{
    char line[8192];
    snprintf(line, sizeof line, format, a, b, c, d);
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs a probe cell so many times; false if it cannot be judged. */
static bool
run_cell(const char *workload, const char *size, const char *manager, struct run *runs,
         unsigned count, bool *failed)
{
    char cell[512], path[64];
    snprintf(cell, sizeof cell, "%s/bin/probe/%s.%s", build, workload, manager);
    snprintf(path, sizeof path, "/tmp/heapstakes.probe.%ld", (long)getpid());
    for (unsigned i = 0; i < count; i++) {
        int status = command(
            "%s --size %s --heap-factor 2 --events %s%s --benchmark_format=json >/dev/null", cell,
            size, path, "");
        if (status == CELL_EXHAUSTED || status == CELL_USAGE)
            return false;
        if (status != 0 || !read_run(path, &runs[i])) {
            fprintf(stderr, "%s: status %d, or no events\n", cell, status);
            *failed = true;
            return false;
        }
        unlink(path);
    }
    return true;
}

static void
forget_run(struct run *run)
{
    free(run->stalls);
    free(run->events);
}

/* Judges three runs, which it ends with; false if an uncovered stall was found that counts. */
static bool
judge_runs(const char *name, struct run runs[RUNS])
{
    bool covered = true;
    size_t recurring = 0;
    for (size_t i = 0; i < runs[0].stalls_count; i++)
        covered = judge_stall(runs, &runs[0].stalls[i], &recurring) && covered;
    printf("%s: %zu long stalls, %zu of them in every run, %zu events: %s\n", name,
           runs[0].stalls_count, recurring, runs[0].events_count,
           covered ? "covered" : "NOT COVERED");
    fflush(stdout);
    for (unsigned i = 0; i < RUNS; i++)
        forget_run(&runs[i]);
    return covered;
}

/* Whether a run tells of any event; ends with it. */
static bool
judge_telling(const char *name, struct run *run)
{
    size_t events = run->events_count;
    printf("%s: %zu long stalls, %zu events\n", name, run->stalls_count, events);
    fflush(stdout);
    forget_run(run);
    return events > 0;
}

static bool
judge_cell(const char *workload, const char *size, const char *manager)
{
    struct run runs[RUNS] = { { .stalls = NULL } };
    bool failed = false;
    char name[128];
    snprintf(name, sizeof name, "%s %s %s", workload, size, manager);
    if (run_cell(workload, size, manager, runs, tells_only ? 1 : RUNS, &failed))
        return tells_only ? judge_telling(name, runs) : judge_runs(name, runs);
    printf("%s: %s\n", name, failed ? "failed" : "cannot run");
    return !failed;
}

/* Whether it emits events, and was built with the project: a manager that states a version is a
 * peer, which tells what its hooks allow. */
static bool
must_tell(const char *workload, const char *manager)
{
    char line[512];
    snprintf(line, sizeof line, "%s/bin/probe/%s.%s --describe", build, workload, manager);
    FILE *pipe = popen(line, "r");
    json_t *described = pipe ? json_loadf(pipe, 0, NULL) : NULL;
    const json_t *facts = json_object_get(described, "manager");
    bool must = json_is_true(json_object_get(facts, "emits_events")) &&
                !json_is_string(json_object_get(facts, "version"));
    json_decref(described);
    if (pipe)
        pclose(pipe);
    return must;
}

/* The name of a contestant; NULL: this manager is none. */
static const char *
contestant(const json_t *row)
{
    const char *role = json_string_value(json_object_get(row, "role"));
    return role && strcmp(role, "contestant") == 0 ? json_string_value(json_object_get(row, "name"))
                                                   : NULL;
}

/* Builds the probe cells of all contestants, by one call: each looks at the whole build first. */
static bool
build_cells(const char *workload, const json_t *managers)
{
    char targets[4096] = "";
    size_t used = 0, i;
    const json_t *row;
    json_array_foreach(managers, i, row)
    {
        const char *manager = contestant(row);
        if (!manager)
            continue;
        used += (size_t)snprintf(targets + used, sizeof targets - used, " probe.%s.%s", workload,
                                 manager);
        if (used >= sizeof targets) {
            fputs("probe_cover: more managers than a command takes\n", stderr);
            return false;
        }
    }
    if (command("%s --build %s --target%s%s >/dev/null", cmake, build, targets, "") == 0)
        return true;
    fprintf(stderr, "the probe cells of %s could not be built\n", workload);
    return false;
}

/* All managers of the build against one WORKLOAD:SIZE. */
static bool
judge_workload(const char *pair, const json_t *managers)
{
    char workload[64];
    const char *size = strchr(pair, ':');
    snprintf(workload, sizeof workload, "%.*s", (int)(size ? size - pair : 0), pair);
    if (!size || !build_cells(workload, managers))
        return false;
    bool good = true;
    size_t i;
    const json_t *row;
    json_array_foreach(managers, i, row)
    {
        const char *manager = contestant(row);
        if (manager && must_tell(workload, manager))
            good = judge_cell(workload, size + 1, manager) && good;
    }
    return good;
}

static bool
judge_files(char **paths)
{
    struct run runs[RUNS];
    for (unsigned i = 0; i < RUNS; i++)
        if (!read_run(paths[i], &runs[i])) {
            fprintf(stderr, "probe_cover: %s: no file of events\n", paths[i]);
            return false;
        }
    return judge_runs("three files", runs);
}

int
main(int argc, char **argv)
{
    char path[512];
    if (argc == 2 + RUNS && strcmp(argv[1], "--files") == 0)
        return judge_files(argv + 2) ? 0 : 1;
    if (argc > 1 && strcmp(argv[1], "--tell") == 0) {
        tells_only = true;
        argc--;
        argv++;
    }
    if (argc < 4) {
        fputs("usage: probe_cover [--tell] CMAKE BUILD-FOLDER WORKLOAD:SIZE..\n", stderr);
        return 2;
    }
    cmake = argv[1];
    build = argv[2];
    snprintf(path, sizeof path, "%s/bin/cells.json", build);
    json_t *cells = json_load_file(path, 0, NULL);
    if (!cells) {
        fprintf(stderr, "probe_cover: %s cannot be read; configure the build\n", path);
        return 1;
    }
    bool good = true;
    for (int i = 3; i < argc; i++)
        good = judge_workload(argv[i], json_object_get(cells, "managers")) && good;
    json_decref(cells);
    return good ? 0 : 1;
}
