/* bind.c -- see bind.h. */
#include "bind.h"

#include "options.h"

#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BIND_CPU_MAX = 8191 };

/* One number of the list; moves *at behind it. */
static unsigned
bind_number(const char *list, const char **at)
{
    size_t digits = strspn(*at, "0123456789");
    unsigned long value = digits > 0 && digits < 6 ? strtoul(*at, NULL, 10) : BIND_CPU_MAX + 1ul;
    if (value > BIND_CPU_MAX)
        cell_fail(CELL_USAGE, "--cpus %s: not a list of processors; give 1 or 0,1 or 0-3", list);
    *at += digits;
    return (unsigned)value;
}

static void
bind_parse(const char *list, hwloc_bitmap_t set)
{
    const char *at = list;
    for (;;) {
        unsigned first = bind_number(list, &at), last = first;
        if (*at == '-') {
            at++;
            last = bind_number(list, &at);
        }
        if (last < first || (*at != ',' && *at != '\0'))
            cell_fail(CELL_USAGE, "--cpus %s: not a list of processors; give 1 or 0,1 or 0-3",
                      list);
        hwloc_bitmap_set_range(set, first, (int)last);
        if (*at++ == '\0')
            return;
    }
}

/* The topology, as small as it can be: only processors and nodes. */
static bool
bind_discover(hwloc_topology_t *topology)
{
    if (hwloc_topology_init(topology) != 0)
        return false;
    hwloc_topology_set_all_types_filter(*topology, HWLOC_TYPE_FILTER_KEEP_NONE);
    if (hwloc_topology_load(*topology) == 0)
        return true;
    hwloc_topology_destroy(*topology);
    return false;
}

static void
bind_check(hwloc_topology_t topology, const char *list, hwloc_const_bitmap_t set)
{
    hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_cpuset(topology);
    char text[256];
    if (hwloc_bitmap_isincluded(set, allowed))
        return;
    hwloc_bitmap_list_snprintf(text, sizeof text, allowed);
    cell_fail(CELL_USAGE, "--cpus %s: this process may use only the processors %s", list, text);
}

static const char *
bind_memory(hwloc_topology_t topology, hwloc_const_bitmap_t set)
{
    if (hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE) < 2)
        return "bound";
    if (hwloc_set_membind(topology, set, HWLOC_MEMBIND_BIND, HWLOC_MEMBIND_PROCESS) != 0)
        return "processors bound; the system refused to bind memory";
    return "bound";
}

const char *
bind_process(const char *cpus, unsigned *count)
{
    hwloc_topology_t topology;
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    if (!set)
        cell_fail(CELL_ERROR, "no memory for --cpus %s", cpus);
    bind_parse(cpus, set);
    *count = (unsigned)hwloc_bitmap_weight(set);
    const char *result = "the topology of this machine could not be read";
    if (bind_discover(&topology)) {
        bind_check(topology, cpus, set);
        if (hwloc_set_cpubind(topology, set, HWLOC_CPUBIND_PROCESS) == 0)
            result = bind_memory(topology, set);
        else
            result = "the system refused to bind processors";
        hwloc_topology_destroy(topology);
    }
    hwloc_bitmap_free(set);
    return result;
}
