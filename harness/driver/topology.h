/* topology.h -- the cores of this machine, and which of them a cell is bound to. */
#ifndef DRIVER_TOPOLOGY_H
#define DRIVER_TOPOLOGY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Reads the topology; false: an error was said. */
bool topology_open(void);
void topology_close(void);

/* Cores that this process may use, and threads of hardware on them. */
size_t topology_cores(void);
size_t topology_units(void);

/* The numbers of one hardware thread each of the last `count` cores, as "2,3"; fewer if the
 * machine has fewer. */
const char *topology_last_cores(size_t count);

/* How many cores such a list has; 0: it is none. */
unsigned topology_list_length(const char *list);

/* The first of these numbers that this process may not use, or -1; the list is as in --cpus.
 * -2: it is no list. */
long topology_first_refused(const char *list);

/* Packages, cores, hardware threads, memory nodes, and every level of cache. */
json_t *topology_describe(void);

#endif
