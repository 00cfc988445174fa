/* machine.h -- the machine and the build that a result comes from; no host name, user or path. */
#ifndef DRIVER_MACHINE_H
#define DRIVER_MACHINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cells.h"

#define MACHINE_SCHEMA "heapstakes/machine/1"

/* The fingerprint; to be freed with json_decref.  What cannot be found out is null. */
json_t *machine_describe(const struct cells *cells, int argc, char **argv);

/* One line for tables and figures: "AMD EPYC, 2 cores, Linux 6.1, GNU 12.2.0 -O2". */
const char *machine_line(const json_t *machine);

/* The first line of a small file, or NULL. */
const char *machine_file(const char *path);

/* The value of a field "name : value" of /proc/cpuinfo or /proc/meminfo, or NULL. */
const char *machine_field(const char *path, const char *name);

/* The first core that the machine offers; governor and boost are read there. */
const char *machine_governor(void);

/* "on" or "off", or NULL where the machine does not say. */
const char *machine_boost(void);

/* The hypervisor or container as the processor's flags show it: true if there is one. */
bool machine_is_virtual(void);

/* The choice in brackets of a file like "always [madvise] never", or NULL. */
const char *machine_choice(const char *path);

/* Whether the kernel samples accesses to memory by DAMON: "on", or "off" where nothing shows it. */
const char *machine_access_sampling(void);

/* Names of environment variables that change an allocator; NULL-terminated. */
const char *const *machine_meddling(void);

#endif
