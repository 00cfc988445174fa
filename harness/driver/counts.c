/* counts.c -- what the referee counts before a race, kept in ../counts beside the cells. */
#include "counts.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document.h"
#include "memory.h"
#include "outcome.h"
#include "say.h"

#define COUNTS_SCHEMA "heapstakes/counts/1"

/* The referee checks every call: it takes longer than what is raced. */
enum { COUNTS_LIMIT_TIMES = 10 };

/* A stated peak may be above what was seen by this much. */
static const double COUNTS_PEAK_SLACK = 1.05;

const char *
counts_obstacle(const struct plan *plan, const struct plan_race *race)
{
    const struct cells_manager *referee = cells_referee(plan->cells);
    if (!referee)
        return "no referee was built";
    if (referee->unavailable)
        return memory_text("the referee: %s", referee->unavailable);
    if (race->threads > referee->max_threads)
        return memory_text("the referee runs with at most %u threads", referee->max_threads);
    if (!cells_is_built(plan->cells, race->workload->name, referee->name))
        return "the referee's cell was not built";
    return NULL;
}

static const char *
counts_path(const struct plan *plan, const struct plan_race *race)
{
    return memory_text("%s/../counts/%s.%s.%s.%u.%llu.json", plan->cells->folder,
                       race->workload->name, race->variant, plan->options->size, race->threads,
                       (unsigned long long)plan->seed);
}

/* What changes whenever the referee's cell is built again. */
static const char *
counts_stamp(const struct plan *plan, const struct plan_race *race)
{
    const char *referee = cells_referee(plan->cells)->name;
    struct stat file;
    if (stat(cells_path(plan->cells, race->workload->name, referee), &file) != 0)
        return "";
    return memory_text("%lld bytes, %lld.%09ld", (long long)file.st_size,
                       (long long)file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

static bool
counts_recall(const char *path, const char *stamp, struct record *record)
{
    if (access(path, R_OK) != 0)
        return false;
    const json_t *json = document_load(path, COUNTS_SCHEMA);
    const char *problem;
    return json && strcmp(document_text(json, "stamp", ""), stamp) == 0 &&
           record_from_json(json_object_get(json, "record"), record, &problem) &&
           record->status == RECORD_MEASURED;
}

/* What is not kept is counted again next time: a folder that cannot be written is no error. */
static void
counts_remember(const struct plan *plan, const char *path, const char *stamp,
                const struct record *record)
{
    const char *folder = memory_text("%s/../counts", plan->cells->folder);
    if ((mkdir(folder, 0777) != 0 && errno != EEXIST) || access(folder, W_OK) != 0)
        return;
    json_t *json = memory_keep(json_pack("{s:s, s:s, s:o}", "schema", COUNTS_SCHEMA, "stamp", stamp,
                                         "record", record_to_json(record, "")));
    document_write(path, json);
}

/* The stated peak sets the heap of every contestant: it must be right. */
static void
counts_check_peak(struct record *record)
{
    double seen;
    if (!record_metric(record, "peak_payload_bytes", &seen))
        return;
    double stated = record->stated_peak_bytes;
    if (stated >= seen && stated <= seen * COUNTS_PEAK_SLACK)
        return;
    record->status = RECORD_FAILED;
    record->reason = memory_text("the workload states a live peak of %.0f bytes, the referee saw "
                                 "%.0f: correct peak_live_bytes in its plan",
                                 stated, seen);
}

bool
counts_take(const struct plan *plan, const struct plan_race *race, struct record *record)
{
    const char *path = counts_path(plan, race);
    const char *stamp = counts_stamp(plan, race);
    if (counts_recall(path, stamp, record))
        return true;
    const struct outcome_call call = {
        .manager = cells_referee(plan->cells),
        .phase = RECORD_COUNT,
        .limit_s = plan_time_limit(plan) * COUNTS_LIMIT_TIMES,
    };
    if (!outcome_run(plan, race, &call, record))
        return false;
    if (record->status == RECORD_MEASURED)
        counts_check_peak(record);
    if (record->status == RECORD_MEASURED)
        counts_remember(plan, path, stamp, record);
    return true;
}

void
counts_apply(struct plan_race *race, const struct record *record)
{
    race->counts_missing = NULL;
    if (record->checksum) {
        race->checksum = record->checksum;
        race->checksum_from = record->manager;
    }
    bool has_counts = record_metric(record, "timed_objects", &race->timed_objects) &&
                      record_metric(record, "timed_bytes", &race->timed_bytes);
    if (!record_metric(record, "peak_payload_bytes", &race->peak_bytes))
        race->peak_bytes = -1;
    if (!has_counts)
        race->counts_missing = record->reason ? memory_text("the referee: %s", record->reason)
                                              : "the referee gave no counts";
}

/* Sets a metric, or why it is missing, in copies: what the cell printed stays as it was. */
static void
counts_set(struct record *record, const char *metric, double value, const char *missing)
{
    json_t *metrics = memory_keep(record->metrics ? json_copy((json_t *)record->metrics)
                                                  : json_object());
    json_t *reasons = memory_keep(record->missing ? json_copy((json_t *)record->missing)
                                                  : json_object());
    json_object_del(reasons, metric);
    if (missing)
        json_object_set_new(reasons, metric, json_string(missing));
    else
        json_object_set_new(metrics, metric, json_real(value));
    record->metrics = metrics;
    record->missing = reasons;
}

void
counts_complete(const struct plan_race *race, struct record *record)
{
    double ns_per_operation = 0, operations = 0;
    const char *missing = race->counts_missing;
    bool has_time = record_metric(record, "wall_ns_per_op", &ns_per_operation) &&
                    record_metric(record, "operations", &operations);
    double seconds = ns_per_operation * operations * 1e-9;
    const char *no_peak = missing ? missing : "the referee gave no peak";
    no_peak = race->peak_bytes < 0 ? no_peak : NULL;
    counts_set(record, "timed_objects", race->timed_objects, missing);
    counts_set(record, "timed_bytes", race->timed_bytes, missing);
    counts_set(record, "peak_payload_bytes", race->peak_bytes, no_peak);
    counts_set(record, "peak_live_bytes", race->peak_bytes, no_peak);
    if (!missing && (!has_time || seconds <= 0))
        missing = "the cell gave no time";
    counts_set(record, "alloc_per_s", missing ? 0 : race->timed_objects / seconds, missing);
    counts_set(record, "alloc_bytes_per_s", missing ? 0 : race->timed_bytes / seconds, missing);
}

void
counts_compare(struct plan_race *race, struct record *record)
{
    if (!race->checksum) {
        race->checksum = record->checksum;
        race->checksum_from = record->manager;
    }
    if (strcmp(race->checksum, record->checksum) == 0)
        return;
    record->status = RECORD_INVALID;
    record->reason = memory_text("checksum %s, but %s under %s: the work was not the same",
                                 record->checksum, race->checksum, race->checksum_from);
}
