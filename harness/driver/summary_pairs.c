/* summary_pairs.c -- what is compared within a round, where the machine was the same for both. */
#include "summary_pairs.h"

#include <string.h>

#include "document.h"
#include "memory.h"
#include "stats/ratio.h"

/* Pairs of times, left over right. */
struct summary_pairs {
    double *left, *right;
    size_t count;
};

static void
summary_pairs_add(struct summary_pairs *pairs, const struct record *left,
                  const struct record *right)
{
    double above, below;
    if (!record_metric(left, "wall_ns_per_op", &above) ||
        !record_metric(right, "wall_ns_per_op", &below) || above <= 0 || below <= 0)
        return;
    pairs->left = memory_room(pairs->left, pairs->count, sizeof *pairs->left);
    pairs->right = memory_room(pairs->right, pairs->count, sizeof *pairs->right);
    pairs->left[pairs->count] = above;
    pairs->right[pairs->count++] = below;
}

static void
summary_pairs_set(json_t *entry, const struct summary_pairs *pairs)
{
    struct stats_estimate ratio = stats_ratio(pairs->left, pairs->right, pairs->count);
    json_object_set_new(entry, "n", json_integer((json_int_t)ratio.n));
    json_object_set_new(entry, "median", document_real(ratio.median));
    json_object_set_new(entry, "lo", ratio.has_interval ? document_real(ratio.lo) : json_null());
    json_object_set_new(entry, "hi", ratio.has_interval ? document_real(ratio.hi) : json_null());
}

static const struct summary_cell *
summary_find_good(const struct summary_cells *cells, const struct record *bad)
{
    for (size_t i = 0; i < cells->count; i++) {
        const struct record *good = cells->cells[i].first;
        if (strcmp(good->variant, "good") == 0 && strcmp(good->workload, bad->workload) == 0 &&
            strcmp(good->manager, bad->manager) == 0 && good->threads == bad->threads &&
            good->cores == bad->cores && good->heap_factor == bad->heap_factor)
            return &cells->cells[i];
    }
    return NULL;
}

static struct summary_pairs
summary_pair_rounds(const struct summary_cell *bad, const struct summary_cell *good)
{
    struct summary_pairs pairs = { .count = 0 };
    for (size_t i = 0; i < bad->count; i++) {
        for (size_t j = 0; j < good->count; j++) {
            if (bad->measured[i]->round == good->measured[j]->round)
                summary_pairs_add(&pairs, bad->measured[i], good->measured[j]);
        }
    }
    return pairs;
}

json_t *
summary_reuse(const struct summary_cells *cells)
{
    json_t *reuse = json_array();
    for (size_t i = 0; i < cells->count; i++) {
        const struct summary_cell *bad = &cells->cells[i];
        if (strcmp(bad->first->variant, "bad") != 0)
            continue;
        const struct summary_cell *good = summary_find_good(cells, bad->first);
        struct summary_pairs pairs = { .count = 0 };
        if (good)
            pairs = summary_pair_rounds(bad, good);
        if (pairs.count == 0)
            continue;
        json_t *entry = json_object();
        summary_name(entry, bad->first);
        json_object_del(entry, "variant");
        summary_pairs_set(entry, &pairs);
        json_array_append_new(reuse, entry);
    }
    return reuse;
}

/* The process of the same cell and round that recorded, or NULL. */
static const struct record *
summary_find_recorder(const struct record_list *records, const struct record *twin)
{
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = &records->records[i];
        if (record->phase == RECORD_RACE && record->status == RECORD_MEASURED &&
            record->round == twin->round && record->is_recording &&
            record->threads == twin->threads && record->cores == twin->cores &&
            record->heap_factor == twin->heap_factor &&
            strcmp(record->workload, twin->workload) == 0 &&
            strcmp(record->variant, twin->variant) == 0 &&
            strcmp(record->manager, twin->manager) == 0)
            return record;
    }
    return NULL;
}

/* The pairs of one workload, or of all (NULL). */
static struct summary_pairs
summary_twins(const struct record_list *records, const char *workload)
{
    struct summary_pairs pairs = { .count = 0 };
    for (size_t i = 0; i < records->count; i++) {
        const struct record *twin = &records->records[i];
        if (twin->phase != RECORD_TWIN || twin->status != RECORD_MEASURED ||
            (workload && strcmp(workload, twin->workload) != 0))
            continue;
        const struct record *recorder = summary_find_recorder(records, twin);
        if (recorder)
            summary_pairs_add(&pairs, recorder, twin);
    }
    return pairs;
}

static void
summary_add_cost(json_t *list, const char *workload, const struct summary_pairs *pairs)
{
    if (pairs->count == 0)
        return;
    json_t *entry = json_object();
    json_object_set_new(entry, "workload", json_string(workload));
    summary_pairs_set(entry, pairs);
    json_array_append_new(list, entry);
}

json_t *
summary_recording_cost(const struct record_list *records)
{
    json_t *list = json_array();
    json_t *seen = memory_keep(json_object());
    struct summary_pairs all = summary_twins(records, NULL);
    summary_add_cost(list, "*", &all);
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = &records->records[i];
        if (record->phase != RECORD_TWIN || json_object_get(seen, record->workload))
            continue;
        json_object_set_new(seen, record->workload, json_true());
        struct summary_pairs pairs = summary_twins(records, record->workload);
        summary_add_cost(list, record->workload, &pairs);
    }
    return list;
}
