/* checkup.c -- what on this machine makes results noisy. */
#include "checkup.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "calibration.h"
#include "machine.h"
#include "memory.h"
#include "process.h"
#include "topology.h"

static const double CHECKUP_LOAD_MAX = 0.2; /* per core */
static const double CHECKUP_SPREAD_NOISY = 0.03, CHECKUP_SPREAD_UNFIT = 0.25;
static const double CHECKUP_STOLEN_NOISY = 0.005, CHECKUP_STOLEN_UNFIT = 0.05;
static const double CHECKUP_TOOL_LIMIT_S = 10;

static void
checkup_add(struct checkup *checkup, struct checkup_finding finding)
{
    if (checkup->count < CHECKUP_MAX)
        checkup->findings[checkup->count++] = finding;
}

/* A finding from one word of the machine: noisy if it is not the good one. */
static void
checkup_add_word(struct checkup *checkup, const char *what, const char *word, const char *good,
                 const char *why, const char *mend)
{
    bool is_good = word && strcmp(word, good) == 0;
    enum checkup_verdict verdict = is_good ? CHECKUP_FINE : CHECKUP_NOISY;
    checkup_add(checkup, (struct checkup_finding){
                             .what = what,
                             .value = word ? word : "not shown by this machine",
                             .verdict = word ? verdict : CHECKUP_UNKNOWN,
                             .why = why,
                             .mend = mend,
                         });
}

static void
checkup_processor(struct checkup *checkup)
{
    checkup_add_word(checkup, "governor", machine_governor(), "performance",
                     "the clock follows the load, and the first rounds run slower",
                     "cpupower frequency-set -g performance");
    checkup_add_word(checkup, "boost", machine_boost(), "off",
                     "the clock depends on heat and on what else runs",
                     "echo 0 > /sys/devices/system/cpu/cpufreq/boost");
    size_t cores = topology_cores(), units = topology_units();
    checkup_add(checkup, (struct checkup_finding){
                             .what = "sibling threads",
                             .value = memory_text("%zu cores, %zu hardware threads", cores, units),
                             .verdict = units > cores ? CHECKUP_NOISY : CHECKUP_FINE,
                             .why = "what runs on the sibling of a raced core slows it down",
                             .mend = "echo off > /sys/devices/system/cpu/smt/control",
                         });
    checkup_add(checkup, (struct checkup_finding){
                             .what = "cores",
                             .value = memory_text("%zu", cores),
                             .verdict = cores < 2   ? CHECKUP_UNFIT
                                        : cores < 3 ? CHECKUP_NOISY
                                                    : CHECKUP_FINE,
                             .why = "the system runs on core 0, and races of two threads need two "
                                    "others",
                             .mend = "race on a machine with three cores or more",
                         });
    checkup_add(checkup, (struct checkup_finding){
                             .what = "virtual machine",
                             .value = machine_is_virtual() ? "yes" : "no",
                             .verdict = machine_is_virtual() ? CHECKUP_NOISY : CHECKUP_FINE,
                             .why = "a neighbour takes time, caches and memory bandwidth unseen",
                             .mend = "race on hardware of your own, or look at stolen time below",
                         });
}

static void
checkup_load(struct checkup *checkup)
{
    const char *line = machine_file("/proc/loadavg");
    double per_core = line ? strtod(line, NULL) / (double)topology_cores() : 0;
    checkup_add(checkup, (struct checkup_finding){
                             .what = "load",
                             .value = line ? memory_text("%.2f per core", per_core) : "not known",
                             .verdict = !line                         ? CHECKUP_UNKNOWN
                                        : per_core > 1                ? CHECKUP_UNFIT
                                        : per_core > CHECKUP_LOAD_MAX ? CHECKUP_NOISY
                                                                      : CHECKUP_FINE,
                             .why = "other programs take processor time, caches and memory",
                             .mend = "end them, or wait",
                         });
}

static void
checkup_memory(struct checkup *checkup)
{
    const char *total = machine_field("/proc/meminfo", "SwapTotal");
    const char *free = machine_field("/proc/meminfo", "SwapFree");
    double used = total && free ? strtod(total, NULL) - strtod(free, NULL) : 0;
    checkup_add(checkup, (struct checkup_finding){
                             .what = "swap in use",
                             .value = memory_text("%.0f kB", used),
                             .verdict = used > 0 ? CHECKUP_NOISY : CHECKUP_FINE,
                             .why = "a page that comes back from the disk takes milliseconds",
                             .mend = "swapoff -a",
                         });
    const char *pages = machine_choice("/sys/kernel/mm/transparent_hugepage/enabled");
    bool is_always = pages && strcmp(pages, "always") == 0;
    checkup_add(checkup, (struct checkup_finding){
                             .what = "transparent huge pages",
                             .value = pages ? pages : "not shown by this machine",
                             .verdict = !pages      ? CHECKUP_UNKNOWN
                                        : is_always ? CHECKUP_NOISY
                                                    : CHECKUP_FINE,
                             .why = "cells turn them off for themselves, but the kernel's work on "
                                    "them for others disturbs",
                             .mend = "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
                         });
    checkup_add_word(checkup, "address randomisation",
                     machine_file("/proc/sys/kernel/randomize_va_space"), "2",
                     "one fixed layout favours one manager, in every round again",
                     "sysctl kernel.randomize_va_space=2");
    const char *overcommit = machine_file("/proc/sys/vm/overcommit_memory");
    bool is_strict = overcommit && strcmp(overcommit, "2") == 0;
    checkup_add(checkup, (struct checkup_finding){
                             .what = "overcommit",
                             .value = overcommit ? overcommit : "not shown by this machine",
                             .verdict = is_strict ? CHECKUP_UNFIT : CHECKUP_FINE,
                             .why = "managers that reserve address space cannot start",
                             .mend = "sysctl vm.overcommit_memory=0",
                         });
    const char *balancing = machine_file("/proc/sys/kernel/numa_balancing");
    checkup_add_word(checkup, "NUMA balancing", balancing ? balancing : "0", "0",
                     "the kernel unmaps pages to see who uses them",
                     "sysctl kernel.numa_balancing=0");
    checkup_add_word(checkup, "access sampling", machine_access_sampling(), "off",
                     "the kernel (DAMON) looks through all memory again and again for what is not "
                     "used, milliseconds at a time",
                     "echo off > /sys/kernel/mm/damon/admin/kdamonds/0/state");
}

static void
checkup_perf(struct checkup *checkup)
{
    const char *paranoid = machine_file("/proc/sys/kernel/perf_event_paranoid");
    bool is_open = paranoid && strtol(paranoid, NULL, 10) <= 1;
    checkup_add(checkup, (struct checkup_finding){
                             .what = "hardware counters",
                             .value = paranoid ? memory_text("perf_event_paranoid %s", paranoid)
                                               : "not shown by this machine",
                             .verdict = is_open ? CHECKUP_FINE : CHECKUP_UNKNOWN,
                             .why = "without them nothing tells cycles from waiting; no result "
                                    "here needs them",
                             .mend = "sysctl kernel.perf_event_paranoid=1",
                         });
}

/* Whether the machine runs on its battery: NULL if it has none. */
static const char *
checkup_power(void)
{
    static const char *const folder = "/sys/class/power_supply";
    const char *state = NULL;
    DIR *supplies = opendir(folder);
    const struct dirent *entry;
    while (supplies && (entry = readdir(supplies))) {
        const char *status = machine_file(memory_text("%s/%s/status", folder, entry->d_name));
        if (status && (!state || strcmp(status, "Discharging") == 0))
            state = status;
    }
    if (supplies)
        closedir(supplies);
    return state;
}

static void
checkup_battery(struct checkup *checkup)
{
    const char *state = checkup_power();
    bool is_discharging = state && strcmp(state, "Discharging") == 0;
    checkup_add(checkup, (struct checkup_finding){
                             .what = "battery",
                             .value = state ? state : "none",
                             .verdict = is_discharging ? CHECKUP_NOISY : CHECKUP_FINE,
                             .why = "the machine saves power, and changes its clock",
                             .mend = "plug it in",
                         });
}

static void
checkup_environment(struct checkup *checkup)
{
    const char *const *variables = machine_meddling();
    const char *list = "";
    for (size_t i = 0; variables[i]; i++)
        list = memory_text("%s%s%s", list, i ? " " : "", variables[i]);
    checkup_add(checkup, (struct checkup_finding){
                             .what = "allocator variables",
                             .value = *list ? list : "none",
                             .verdict = *list ? CHECKUP_UNFIT : CHECKUP_FINE,
                             .why = "they change or replace an allocator: the race is not between "
                                    "what its names say",
                             .mend = memory_text("unset %s", list),
                         });
}

static void
checkup_build(struct checkup *checkup, const struct cells *cells)
{
    bool is_release = strcmp(cells->build_type, "Release") == 0 && !*cells->sanitize;
    checkup_add(checkup, (struct checkup_finding){
                             .what = "build",
                             .value = memory_text("%s%s%s", cells->build_type,
                                                  *cells->sanitize ? ", " : "", cells->sanitize),
                             .verdict = is_release ? CHECKUP_FINE : CHECKUP_UNFIT,
                             .why = "checks and sanitizers take most of the time",
                             .mend = "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release",
                         });
    for (size_t i = 0; i < cells->manager_count; i++) {
        const struct cells_manager *manager = &cells->managers[i];
        if (manager->role != CELLS_MISSING)
            continue;
        checkup_add(checkup, (struct checkup_finding){
                                 .what = memory_text("manager %s", manager->name),
                                 .value = "not there",
                                 .verdict = CHECKUP_UNKNOWN,
                                 .why = "it cannot be raced",
                                 .mend = memory_text("apt-get install %s, and build again",
                                                     manager->package),
                             });
    }
}

static void
checkup_gnuplot(struct checkup *checkup)
{
    const char *arguments[] = { "/usr/bin/env", "gnuplot", "--version", NULL };
    struct process_result result = process_run(arguments, CHECKUP_TOOL_LIMIT_S);
    bool is_there = result.started && result.status == 0;
    const char *version = is_there ? memory_copy(result.output, strcspn(result.output, "\n"))
                                   : "not there";
    checkup_add(checkup, (struct checkup_finding){
                             .what = "gnuplot",
                             .value = version,
                             .verdict = is_there ? CHECKUP_FINE : CHECKUP_UNKNOWN,
                             .why = "no figures can be drawn without it",
                             .mend = "apt-get install gnuplot-nox",
                         });
}

static enum checkup_verdict
checkup_judge(double value, double noisy, double unfit)
{
    if (value > unfit)
        return CHECKUP_UNFIT;
    return value > noisy ? CHECKUP_NOISY : CHECKUP_FINE;
}

static void
checkup_calibrate(struct checkup *checkup)
{
    struct calibration calibration = calibration_make();
    checkup_add(checkup,
                (struct checkup_finding){
                    .what = "evenness",
                    .value = memory_text("the same work of %.0f us spreads by %.1f %%",
                                         calibration.median_ns / 1000, calibration.spread * 100),
                    .verdict = checkup_judge(calibration.spread, CHECKUP_SPREAD_NOISY,
                                             CHECKUP_SPREAD_UNFIT),
                    .why = "differences smaller than this need many rounds",
                    .mend = "find what disturbs it above, or race more rounds",
                });
    const char *share = memory_text("%.1f %% during the test", calibration.stolen * 100);
    enum checkup_verdict verdict = checkup_judge(calibration.stolen, CHECKUP_STOLEN_NOISY,
                                                 CHECKUP_STOLEN_UNFIT);
    checkup_add(checkup, (struct checkup_finding){
                             .what = "stolen time",
                             .value = calibration.knows_stolen ? share : "not known",
                             .verdict = calibration.knows_stolen ? verdict : CHECKUP_UNKNOWN,
                             .why = "the hypervisor gave the processor to somebody else",
                             .mend = "race at another time, or on hardware of your own",
                         });
}

void
checkup_make(struct checkup *checkup, const struct cells *cells)
{
    checkup->count = 0;
    checkup_processor(checkup);
    checkup_load(checkup);
    checkup_memory(checkup);
    checkup_perf(checkup);
    checkup_battery(checkup);
    checkup_environment(checkup);
    checkup_build(checkup, cells);
    checkup_gnuplot(checkup);
    checkup_calibrate(checkup);
}
