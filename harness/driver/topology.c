/* topology.c -- the cores of this machine, and which of them a cell is bound to. */
#include "topology.h"

#include <hwloc.h>
#include <stdlib.h>

#include "memory.h"
#include "say.h"

static hwloc_topology_t topology;
static bool topology_is_open;

bool
topology_open(void)
{
    if (topology_is_open)
        return true;
    if (hwloc_topology_init(&topology) != 0) {
        say_error("hwloc cannot be started");
        return false;
    }
    if (hwloc_topology_load(topology) != 0) {
        hwloc_topology_destroy(topology);
        say_error("hwloc cannot read the machine's topology");
        return false;
    }
    topology_is_open = true;
    return true;
}

void
topology_close(void)
{
    if (topology_is_open)
        hwloc_topology_destroy(topology);
    topology_is_open = false;
}

static size_t
topology_count(hwloc_obj_type_t type)
{
    int count = hwloc_get_nbobjs_by_type(topology, type);
    return count > 0 ? (size_t)count : 0;
}

size_t
topology_cores(void)
{
    return topology_count(HWLOC_OBJ_CORE);
}

size_t
topology_units(void)
{
    return topology_count(HWLOC_OBJ_PU);
}

/* The first hardware thread of core number i: the others stay idle. */
static int
topology_unit_of(size_t i)
{
    hwloc_obj_t core = hwloc_get_obj_by_type(topology, HWLOC_OBJ_CORE, (unsigned)i);
    return hwloc_bitmap_first(core->cpuset);
}

const char *
topology_last_cores(size_t count)
{
    size_t cores = topology_cores();
    size_t taken = count < cores ? count : cores;
    const char *list = "";
    for (size_t i = cores - taken; i < cores; i++)
        list = memory_text("%s%s%d", list, *list ? "," : "", topology_unit_of(i));
    return list;
}

unsigned
topology_list_length(const char *list)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    int length = set && hwloc_bitmap_list_sscanf(set, list) == 0 ? hwloc_bitmap_weight(set) : 0;
    hwloc_bitmap_free(set);
    return length > 0 ? (unsigned)length : 0;
}

long
topology_first_refused(const char *list)
{
    hwloc_bitmap_t wanted = hwloc_bitmap_alloc();
    long refused = -2;
    if (wanted && hwloc_bitmap_list_sscanf(wanted, list) == 0 && !hwloc_bitmap_iszero(wanted)) {
        hwloc_bitmap_andnot(wanted, wanted, hwloc_topology_get_allowed_cpuset(topology));
        refused = hwloc_bitmap_first(wanted);
    }
    hwloc_bitmap_free(wanted);
    return refused;
}

static void
topology_describe_caches(json_t *caches)
{
    int depth = hwloc_topology_get_depth(topology);
    for (int level = 0; level < depth; level++) {
        hwloc_obj_t first = hwloc_get_obj_by_depth(topology, level, 0);
        if (!hwloc_obj_type_is_cache(first->type))
            continue;
        char name[32];
        hwloc_obj_type_snprintf(name, sizeof name, first, 0);
        json_array_append_new(caches,
                              json_pack("{s:s, s:I, s:I, s:I}", "name", name, "count",
                                        (json_int_t)hwloc_get_nbobjs_by_depth(topology, level),
                                        "bytes", (json_int_t)first->attr->cache.size, "line_bytes",
                                        (json_int_t)first->attr->cache.linesize));
    }
}

json_t *
topology_describe(void)
{
    json_t *caches = json_array();
    topology_describe_caches(caches);
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:o}", "packages", (json_int_t)topology_count(HWLOC_OBJ_PACKAGE),
        "cores", (json_int_t)topology_cores(), "hardware_threads", (json_int_t)topology_units(),
        "memory_nodes", (json_int_t)topology_count(HWLOC_OBJ_NUMANODE), "caches", caches);
}
