/* describe.c -- says what this cell is and would do, as one JSON object. */
#include "cell.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static json_t *
describe_text(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *
describe_plan(struct cell *cell, enum workload_size size, unsigned variant)
{
    cell_plan(cell, size, variant, WORKLOAD.threads_default);
    const struct workload_plan *plan = &cell->plan;
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "size", size_name(size), "variant",
                     WORKLOAD.variants ? WORKLOAD.variants[variant] : "", "batches",
                     (json_int_t)plan->batches, "operations", (json_int_t)plan->operations,
                     "peak_live_bytes", (json_int_t)plan->peak_live_bytes, "requests",
                     (json_int_t)plan->requests, "operations_timed",
                     (json_int_t)cell_operations(plan));
}

static json_t *
describe_plans(struct cell *cell)
{
    json_t *plans = json_array();
    unsigned variant = 0;
    do {
        for (unsigned size = 0; size < WORKLOAD_SIZES; size++)
            json_array_append_new(plans, describe_plan(cell, (enum workload_size)size, variant));
        variant++;
    } while (WORKLOAD.variants && WORKLOAD.variants[variant]);
    return plans;
}

static json_t *
describe_variants(void)
{
    json_t *variants = json_array();
    for (unsigned i = 0; WORKLOAD.variants && WORKLOAD.variants[i]; i++)
        json_array_append_new(variants, json_string(WORKLOAD.variants[i]));
    return variants;
}

/* The variants, by name, that are raced only if they are asked for; "" if there are none to name.
 */
static json_t *
describe_on_request(void)
{
    json_t *variants = json_array();
    unsigned i = 0;
    do {
        if (WORKLOAD.on_request & UINT32_C(1) << i)
            json_array_append_new(variants,
                                  json_string(WORKLOAD.variants ? WORKLOAD.variants[i] : ""));
        i++;
    } while (WORKLOAD.variants && WORKLOAD.variants[i]);
    return variants;
}

static json_t *
describe_needs(void)
{
    json_t *needs = json_array();
    for (unsigned i = 0; WORKLOAD.needs && WORKLOAD.needs[i]; i++)
        json_array_append_new(needs, json_string(WORKLOAD.needs[i]));
    return needs;
}

static json_t *
describe_workload(struct cell *cell)
{
    cell_plan(cell, WORKLOAD_SMOKE, 0, WORKLOAD.threads_default);
    const char *unavailable = WORKLOAD.prepare ? WORKLOAD.prepare(&cell->run) : NULL;
    const char *input = !unavailable && WORKLOAD.input ? WORKLOAD.input() : NULL;
    json_t *workload = json_pack("{s:s, s:s, s:s, s:i, s:i, s:b, s:b}", "name", WORKLOAD.name,
                                 "summary", WORKLOAD.summary, "operation", WORKLOAD.operation,
                                 "threads_default", (int)WORKLOAD.threads_default, "threads_max",
                                 (int)WORKLOAD.threads_max, "has_serve", WORKLOAD.serve != NULL,
                                 "fixed_live", WORKLOAD.fixed_live);
    json_object_set_new(workload, "variants", describe_variants());
    json_object_set_new(workload, "on_request", describe_on_request());
    json_object_set_new(workload, "needs", describe_needs());
    json_object_set_new(workload, "unavailable", describe_text(unavailable));
    json_object_set_new(workload, "input", describe_text(input));
    if (cell->options.plans)
        json_object_set_new(workload, "plans", describe_plans(cell));
    return workload;
}

static json_t *
describe_manager(void)
{
    json_t *manager = json_pack("{s:s, s:s, s:i, s:b, s:b, s:b, s:b}", "name", MM_MANAGER.name,
                                "summary", MM_MANAGER.summary, "max_threads",
                                (int)MM_MANAGER.max_threads, "obeys_limit", MM_MANAGER.obeys_limit,
                                "emits_events", MM_MANAGER.emits_events, "collects",
                                MM_MANAGER.collects, "leaks_cycles", MM_MANAGER.leaks_cycles);
    json_object_set_new(manager, "version",
                        describe_text(MM_MANAGER.version ? MM_MANAGER.version() : NULL));
    json_object_set_new(manager, "traits",
                        json_pack("{s:b, s:b, s:b, s:b, s:b}", "frees", MM_TRAITS.frees, "roots",
                                  MM_TRAITS.roots, "barrier", MM_TRAITS.barrier, "scopes",
                                  MM_TRAITS.scopes, "moves", MM_TRAITS.moves));
    return manager;
}

void
cell_describe(struct cell *cell)
{
    json_t *all = json_pack("{s:s, s:o, s:o}", "schema", "heapstakes/cell/1", "workload",
                            describe_workload(cell), "manager", describe_manager());
    if (!all)
        cell_fail(CELL_ERROR, "the description could not be written as JSON: is a text not UTF-8?");
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(all);
}
