/* summary_cells.c -- the processes of a run, sorted by cell, one a round. */
#include <string.h>

#include "document.h"
#include "memory.h"
#include "stats/order.h"
#include "summary.h"

static bool
summary_is_same(const struct record *a, const struct record *b)
{
    return a->threads == b->threads && a->cores == b->cores && a->heap_factor == b->heap_factor &&
           strcmp(a->workload, b->workload) == 0 && strcmp(a->variant, b->variant) == 0 &&
           strcmp(a->manager, b->manager) == 0 && strcmp(a->size, b->size) == 0;
}

static void
summary_sort_in(struct summary_cells *cells, const struct record *record)
{
    struct summary_cell *cell = NULL;
    for (size_t i = 0; i < cells->count && !cell; i++) {
        if (summary_is_same(cells->cells[i].first, record))
            cell = &cells->cells[i];
    }
    if (!cell) {
        cells->cells = memory_room(cells->cells, cells->count, sizeof *cells->cells);
        cell = &cells->cells[cells->count++];
        cell->first = record;
    }
    if (record->status != RECORD_MEASURED) {
        cell->failed = record;
    } else if (record->phase == RECORD_RACE) {
        cell->measured = memory_room(cell->measured, cell->count, sizeof *cell->measured);
        cell->measured[cell->count++] = record;
    }
}

/* The first process of a round, from the i-th on, that is undisturbed if that is asked for. */
static const struct record *
summary_first_of_round(const struct summary_cell *cell, size_t i, bool undisturbed)
{
    unsigned round = cell->measured[i]->round;
    for (; i < cell->count; i++) {
        if (cell->measured[i]->round == round &&
            !(undisturbed && record_is_disturbed(cell->measured[i])))
            return cell->measured[i];
    }
    return NULL;
}

/* The place of the first process of the same round. */
static size_t
summary_round_begin(const struct summary_cell *cell, size_t i)
{
    size_t first = 0;
    while (cell->measured[first]->round != cell->measured[i]->round)
        first++;
    return first;
}

/* Keeps one process a round, of a race that repeats disturbed ones. */
static void
summary_choose(struct summary_cell *cell)
{
    size_t rounds = 0, undisturbed = 0, kept = 0;
    for (size_t i = 0; i < cell->count; i++) {
        if (summary_round_begin(cell, i) != i)
            continue;
        rounds++;
        undisturbed += summary_first_of_round(cell, i, true) != NULL;
    }
    bool is_enough = undisturbed == rounds ||
                     (undisturbed >= STATS_INTERVAL_MIN && 2 * undisturbed >= rounds);
    const struct record **all = cell->measured;
    cell->measured = memory_get((rounds + 1) * sizeof *cell->measured);
    struct summary_cell before = { .measured = all, .count = cell->count };
    for (size_t i = 0; i < before.count; i++) {
        const struct record *found = summary_round_begin(&before, i) == i
                                         ? summary_first_of_round(&before, i, is_enough)
                                         : NULL;
        if (found)
            cell->measured[kept++] = found;
    }
    cell->count = kept;
    cell->choice = is_enough ? "undisturbed" : "disturbed";
}

/* Managers are in the order of registration within a workload. */
struct summary_cells
summary_group(const struct record_list *records, const json_t *plan)
{
    struct summary_cells cells = { NULL, 0 };
    const json_t *order = json_object_get(plan, "cells");
    struct record *places = memory_get((json_array_size(order) + 1) * sizeof *places);
    const char *size = document_text(json_object_get(plan, "options"), "size", "");
    for (size_t i = 0; i < json_array_size(order); i++) {
        const json_t *place = json_array_get(order, i);
        places[i] = (struct record){
            .workload = document_text(place, "workload", ""),
            .variant = document_text(place, "variant", ""),
            .manager = document_text(place, "manager", ""),
            .threads = (unsigned)document_number(place, "threads", 1),
            .cores = record_cores(place),
            .heap_factor = document_number(place, "heap_factor", 0),
            .size = size,
        };
        cells.cells = memory_room(cells.cells, cells.count, sizeof *cells.cells);
        cells.cells[cells.count++] = (struct summary_cell){ .first = &places[i] };
    }
    for (size_t i = 0; i < records->count; i++) {
        if (records->records[i].phase != RECORD_COUNT)
            summary_sort_in(&cells, &records->records[i]);
    }
    bool repeats = document_number(json_object_get(plan, "options"), "repeat_disturbed", 0) > 0;
    for (size_t i = 0; repeats && i < cells.count; i++)
        summary_choose(&cells.cells[i]);
    return cells;
}
