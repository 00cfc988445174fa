/* machine.c -- the machine and the build that a result comes from; no host name, user or path. */
#include "machine.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "document.h"
#include "memory.h"
#include "process.h"
#include "topology.h"

extern char **environ;

enum { MACHINE_LINE_MAX = 4096 };
static const double MACHINE_TOOL_LIMIT_S = 10;

const char *
machine_file(const char *path)
{
    char line[MACHINE_LINE_MAX];
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    bool is_read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    return is_read ? memory_copy(line, strcspn(line, "\n")) : NULL;
}

const char *
machine_field(const char *path, const char *name)
{
    char line[MACHINE_LINE_MAX];
    const char *value = NULL;
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    size_t length = strlen(name);
    while (!value && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (!colon || strncmp(line, name, length) != 0 || !strchr(" \t:", line[length]))
            continue;
        const char *text = colon + 1 + strspn(colon + 1, " \t");
        value = memory_copy(text, strcspn(text, "\n"));
    }
    fclose(file);
    return value;
}

const char *
machine_governor(void)
{
    return machine_file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
}

const char *
machine_boost(void)
{
    const char *boost = machine_file("/sys/devices/system/cpu/cpufreq/boost");
    if (boost)
        return *boost == '1' ? "on" : "off";
    const char *no_turbo = machine_file("/sys/devices/system/cpu/intel_pstate/no_turbo");
    if (no_turbo)
        return *no_turbo == '0' ? "on" : "off";
    return NULL;
}

bool
machine_is_virtual(void)
{
    const char *flags = machine_field("/proc/cpuinfo", "flags");
    return flags && strstr(flags, "hypervisor");
}

const char *
machine_choice(const char *path)
{
    const char *line = machine_file(path);
    const char *begin = line ? strchr(line, '[') : NULL;
    return begin ? memory_copy(begin + 1, strcspn(begin + 1, "]")) : line;
}

const char *
machine_access_sampling(void)
{
    for (long i = 0;; i++) {
        const char *state = machine_file(
            memory_text("/sys/kernel/mm/damon/admin/kdamonds/%ld/state", i));
        if (!state)
            return "off";
        if (strcmp(state, "on") == 0)
            return "on";
    }
}

const char *const *
machine_meddling(void)
{
    static const char *const names[] = { "MALLOC_",  "GLIBC_TUNABLES=", "LD_PRELOAD=",
                                         "TCMALLOC", "MIMALLOC_",       "GC_" };
    const char **found = memory_room(NULL, 0, sizeof *found);
    size_t n = 0;
    for (char **variable = environ; *variable; variable++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (strncmp(*variable, names[i], strlen(names[i])) != 0)
                continue;
            found = memory_room(found, n, sizeof *found);
            found[n++] = memory_copy(*variable, strcspn(*variable, "="));
        }
    }
    found = memory_room(found, n, sizeof *found);
    found[n] = NULL;
    return found;
}

/* The first line that a program prints, or NULL. */
static const char *
machine_ask(const char *const *arguments)
{
    struct process_result result = process_run(arguments, MACHINE_TOOL_LIMIT_S);
    if (!result.started || result.status != 0 || !*result.output)
        return NULL;
    return memory_copy(result.output, strcspn(result.output, "\n"));
}

/* The commit of the source, "+changes" behind it if the tree has any; NULL without git. */
static const char *
machine_commit(const char *source)
{
    const char *head[] = { "/usr/bin/env", "git", "-C", source, "rev-parse", "HEAD", NULL };
    const char *changes[] = { "/usr/bin/env",         "git", "-C", source, "status", "--porcelain",
                              "--untracked-files=no", NULL };
    const char *commit = *source ? machine_ask(head) : NULL;
    if (!commit)
        return NULL;
    return machine_ask(changes) ? memory_text("%s+changes", commit) : commit;
}

static const char *
machine_package_version(const char *package)
{
    const char *ask[] = { "/usr/bin/env", "dpkg-query", "-W", "-f=${Version}", package, NULL };
    return machine_ask(ask);
}

/* A word of the command line, of an absolute path only the last part. */
static const char *
machine_word(const char *word)
{
    const char *path = *word == '/' ? word : strstr(word, "=/");
    if (!path)
        return word;
    const char *slash = strrchr(path, '/');
    if (*path == '/')
        return slash + 1;
    return memory_text("%.*s%s", (int)(path + 1 - word), word, slash + 1);
}

/* The line that started the command, without absolute paths. */
static const char *
machine_command(int argc, char **argv)
{
    const char *line = "heapstakes";
    for (int i = 1; i < argc; i++)
        line = memory_text("%s %s", line, machine_word(argv[i]));
    return line;
}

static void
machine_set(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, document_string(text));
}

static json_t *
machine_describe_system(void)
{
    struct utsname name;
    bool has_name = uname(&name) == 0;
    json_t *system = json_object();
    machine_set(system, "cpu", machine_field("/proc/cpuinfo", "model name"));
    json_object_set_new(system, "topology", topology_describe());
    machine_set(system, "memory", machine_field("/proc/meminfo", "MemTotal"));
    machine_set(system, "architecture", has_name ? name.machine : NULL);
    machine_set(system, "kernel",
                has_name ? memory_text("%s %s", name.sysname, name.release) : NULL);
    machine_set(system, "libc", memory_text("glibc %s", gnu_get_libc_version()));
    machine_set(system, "governor", machine_governor());
    machine_set(system, "boost", machine_boost());
    machine_set(system, "huge_pages",
                machine_choice("/sys/kernel/mm/transparent_hugepage/enabled"));
    machine_set(system, "address_randomisation",
                machine_file("/proc/sys/kernel/randomize_va_space"));
    machine_set(system, "overcommit", machine_file("/proc/sys/vm/overcommit_memory"));
    machine_set(system, "access_sampling", machine_access_sampling());
    json_object_set_new(system, "virtual", json_boolean(machine_is_virtual()));
    machine_set(system, "load_at_start", machine_file("/proc/loadavg"));
    json_t *meddling = json_array();
    for (const char *const *variable = machine_meddling(); *variable; variable++)
        json_array_append_new(meddling, json_string(*variable));
    json_object_set_new(system, "allocator_variables", meddling);
    return system;
}

static json_t *
machine_describe_build(const struct cells *cells)
{
    json_t *build = json_object();
    machine_set(build, "version", cells->version);
    machine_set(build, "compiler", cells->compiler);
    machine_set(build, "flags", cells->flags);
    machine_set(build, "build_type", cells->build_type);
    machine_set(build, "sanitize", cells->sanitize);
    machine_set(build, "commit", machine_commit(cells->source));
    return build;
}

static json_t *
machine_describe_tools(void)
{
    const char *gnuplot[] = { "/usr/bin/env", "gnuplot", "--version", NULL };
    json_t *tools = json_object();
    machine_set(tools, "gnuplot", machine_ask(gnuplot));
    machine_set(tools, "google_benchmark", machine_package_version("libbenchmark-dev"));
    machine_set(tools, "hwloc", machine_package_version("libhwloc-dev"));
    machine_set(tools, "jansson", jansson_version_str());
    return tools;
}

static json_t *
machine_describe_cells(const struct cells *cells, const char *kind)
{
    json_t *facts = json_object();
    bool of_managers = strcmp(kind, "managers") == 0;
    for (size_t i = 0; of_managers && i < cells->manager_count; i++) {
        const struct cells_manager *manager = &cells->managers[i];
        if (!manager->unavailable && manager->role != CELLS_MISSING)
            machine_set(facts, manager->name, manager->version);
    }
    for (size_t i = 0; !of_managers && i < cells->workload_count; i++) {
        if (cells->workloads[i].input)
            machine_set(facts, cells->workloads[i].name, cells->workloads[i].input);
    }
    return facts;
}

json_t *
machine_describe(const struct cells *cells, int argc, char **argv)
{
    char started[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    json_t *machine = json_object();
    machine_set(machine, "schema", MACHINE_SCHEMA);
    machine_set(machine, "started", started);
    machine_set(machine, "command", machine_command(argc, argv));
    json_object_set_new(machine, "system", machine_describe_system());
    json_object_set_new(machine, "build", machine_describe_build(cells));
    json_object_set_new(machine, "tools", machine_describe_tools());
    json_object_set_new(machine, "managers", machine_describe_cells(cells, "managers"));
    json_object_set_new(machine, "inputs", machine_describe_cells(cells, "inputs"));
    return machine;
}

const char *
machine_line(const json_t *machine)
{
    const json_t *system = json_object_get(machine, "system");
    const json_t *build = json_object_get(machine, "build");
    double cores = document_number(json_object_get(system, "topology"), "cores", 0);
    const char *commit = document_text(build, "commit", "");
    return memory_text("%s, %.0f %s%s, %s; %s %s%s%.12s", document_text(system, "cpu", "?"), cores,
                       cores == 1 ? "core" : "cores",
                       document_flag(system, "virtual") ? " (virtual)" : "",
                       document_text(system, "kernel", "?"), document_text(build, "compiler", "?"),
                       document_text(build, "flags", "?"), *commit ? "; commit " : "", commit);
}
