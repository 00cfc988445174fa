/* calibration.c -- how even this machine's time is: one fixed chain of multiplications, timed two
 * hundred times on one core. */
#include "calibration.h"

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stats/order.h"
#include "topology.h"

enum { CALIBRATION_SPINS = 200, CALIBRATION_LENGTH = 400000, CALIBRATION_STAT_FIELDS = 8 };

static double
calibration_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The same number of dependent steps each time; the compiler cannot shorten them. */
static uint64_t
calibration_spin(uint64_t value)
{
    for (unsigned i = 0; i < CALIBRATION_LENGTH; i++) {
        value = value * UINT64_C(6364136223846793005) + 1;
        __asm__ volatile("" : "+r"(value));
    }
    return value;
}

/* Ticks that a hypervisor took, and all ticks, of all cores since the start. */
static bool
calibration_ticks(double *stolen, double *all)
{
    double fields[CALIBRATION_STAT_FIELDS];
    FILE *file = fopen("/proc/stat", "re");
    if (!file)
        return false;
    int read = fscanf(file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &fields[0], &fields[1],
                      &fields[2], &fields[3], &fields[4], &fields[5], &fields[6], &fields[7]);
    fclose(file);
    *all = 0;
    for (int i = 0; i < read; i++)
        *all += fields[i];
    *stolen = fields[CALIBRATION_STAT_FIELDS - 1];
    return read == CALIBRATION_STAT_FIELDS;
}

/* Binds this process to the last core; returns what to restore. */
static cpu_set_t
calibration_bind(void)
{
    cpu_set_t before, one;
    CPU_ZERO(&before);
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&one);
    CPU_SET(strtoul(topology_last_cores(1), NULL, 10), &one);
    sched_setaffinity(0, sizeof one, &one);
    return before;
}

struct calibration
calibration_make(void)
{
    struct calibration calibration = { .knows_stolen = false };
    double times[CALIBRATION_SPINS];
    double stolen[2] = { 0 }, all[2] = { 0 };
    cpu_set_t before = calibration_bind();
    uint64_t value = calibration_spin(1);
    bool began = calibration_ticks(&stolen[0], &all[0]);
    for (size_t i = 0; i < CALIBRATION_SPINS; i++) {
        double begin = calibration_clock();
        value = calibration_spin(value);
        times[i] = calibration_clock() - begin;
    }
    bool ended = calibration_ticks(&stolen[1], &all[1]);
    sched_setaffinity(0, sizeof before, &before);
    stats_sort(times, CALIBRATION_SPINS);
    calibration.median_ns = stats_median(times, CALIBRATION_SPINS);
    calibration.spread = (times[CALIBRATION_SPINS * 9 / 10] - times[CALIBRATION_SPINS / 10]) /
                         calibration.median_ns;
    calibration.knows_stolen = began && ended && all[1] > all[0];
    if (calibration.knows_stolen)
        calibration.stolen = (stolen[1] - stolen[0]) / (all[1] - all[0]);
    return calibration;
}
