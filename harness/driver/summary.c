/* summary.c -- the estimates of a run, computed from its records.
 *
 * The replicate is the process: a row's median and interval are those of the values that fresh
 * processes gave, one each, never of repetitions inside one. */
#include "summary.h"

#include <string.h>
#include <sys/stat.h>

#include "document.h"
#include "memory.h"
#include "metric.h"
#include "record.h"
#include "say.h"
#include "stats/order.h"
#include "summary_pairs.h"
#include "summary_pool.h"

void
summary_name(json_t *object, const struct record *record)
{
    json_object_set_new(object, "workload", json_string(record->workload));
    json_object_set_new(object, "variant", json_string(record->variant));
    json_object_set_new(object, "manager", json_string(record->manager));
    json_object_set_new(object, "threads", json_integer(record->threads));
    json_object_set_new(object, "cores", json_integer(record->cores));
    json_object_set_new(object, "size", json_string(record->size));
    json_object_set_new(object, "heap_factor",
                        record->heap_factor > 0 ? json_real(record->heap_factor) : json_null());
}

static bool
summary_has_text(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *found = json_string_value(json_array_get(list, i));
        if (found && strcmp(found, text) == 0)
            return true;
    }
    return false;
}

static size_t
summary_mark_count(const struct summary_cell *cell, const char *mark)
{
    size_t count = 0;
    for (size_t i = 0; i < cell->count; i++)
        count += summary_has_text(cell->measured[i]->marks, mark);
    return count;
}

/* The marks that at least half of the processes bear: one that was disturbed says nothing about
 * the cell. */
static json_t *
summary_marks(const struct summary_cell *cell)
{
    json_t *marks = json_array();
    for (size_t i = 0; i < cell->count; i++) {
        const json_t *found = cell->measured[i]->marks;
        for (size_t j = 0; j < json_array_size(found); j++) {
            const char *mark = json_string_value(json_array_get(found, j));
            if (mark && !summary_has_text(marks, mark) &&
                2 * summary_mark_count(cell, mark) >= cell->count)
                json_array_append_new(marks, json_string(mark));
        }
    }
    if (cell->choice)
        json_array_append_new(marks, json_string(cell->choice));
    return marks;
}

static void
summary_add_missing(json_t *missing, const struct record *cell, const char *metric,
                    const char *status, const char *reason)
{
    json_t *entry = json_object();
    summary_name(entry, cell);
    json_object_set_new(entry, "metric", json_string(metric));
    json_object_set_new(entry, "status", json_string(status));
    json_object_set_new(entry, "reason", json_string(reason));
    json_array_append_new(missing, entry);
}

static const char *
summary_reason(const struct summary_cell *cell, const char *metric)
{
    for (size_t i = 0; i < cell->count; i++) {
        const char *reason = document_text(cell->measured[i]->missing, metric, NULL);
        if (reason)
            return reason;
    }
    return "the cell did not report it";
}

/* The worst of n values in order. */
static json_t *
summary_worst(const struct metric *metric, const double *sorted, size_t n)
{
    if (n == 0 || metric->better == METRIC_NONE)
        return json_null();
    return document_real(metric->better == METRIC_LOWER ? sorted[n - 1] : sorted[0]);
}

static json_t *
summary_row(const struct summary_cell *cell, const struct metric *metric,
            const struct stats_estimate *estimate, json_t *worst)
{
    json_t *row = json_object();
    summary_name(row, cell->first);
    json_object_set_new(row, "metric", json_string(metric->name));
    json_object_set_new(row, "unit", json_string(metric->unit));
    json_object_set_new(row, "better", json_string(metric_better_name(metric->better)));
    json_object_set_new(row, "n", json_integer((json_int_t)estimate->n));
    json_object_set_new(row, "median", document_real(estimate->median));
    json_object_set_new(row, "lo",
                        estimate->has_interval ? document_real(estimate->lo) : json_null());
    json_object_set_new(row, "hi",
                        estimate->has_interval ? document_real(estimate->hi) : json_null());
    json_object_set_new(row, "worst", worst);
    json_object_set_new(row, "marks", summary_marks(cell));
    return row;
}

/* The estimate of one metric of one cell: a row, or an entry of what is missing.  A percentile in
 * the tail is that of all rounds together, where they have samples enough; its interval stays that
 * of single processes. */
static void
summary_metric(const struct summary_cell *cell, const struct metric *metric, json_t *rows,
               json_t *missing)
{
    double *values = memory_get((cell->count + 1) * sizeof *values);
    struct stats_estimate estimate = { .n = 0 };
    size_t n = 0;
    for (size_t i = 0; i < cell->count; i++)
        n += record_metric(cell->measured[i], metric->name, &values[n]);
    if (n > 0)
        estimate = stats_estimate(values, n);
    const char *reason = n > 0 ? NULL : summary_reason(cell, metric->name);
    if (summary_pool_owns(metric->name)) {
        reason = summary_pool_quantile(cell, metric->name, &estimate.median);
        estimate.n = n > 0 ? n : cell->count;
    }
    if (reason)
        summary_add_missing(missing, cell->first, metric->name, "missing", reason);
    else
        json_array_append_new(
            rows, summary_row(cell, metric, &estimate, summary_worst(metric, values, n)));
}

/* What no process of a cell measured, and what stopped it. */
static void
summary_cell_missing(const struct summary_cell *cell, json_t *missing)
{
    if (cell->failed)
        summary_add_missing(missing, cell->first, "*", record_status_name(cell->failed->status),
                            cell->failed->reason ? cell->failed->reason : "no reason was recorded");
    else if (cell->count == 0)
        summary_add_missing(missing, cell->first, "*", "missing", "the race stopped before it ran");
}

/* What the plan could not include. */
static void
summary_plan_missing(const json_t *plan, json_t *missing)
{
    const json_t *list = json_object_get(plan, "missing");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *entry = json_deep_copy(json_array_get(list, i));
        json_object_set_new(entry, "metric", json_string("*"));
        json_object_set_new(entry, "status", json_string("missing"));
        json_array_append_new(missing, entry);
    }
}

static unsigned
summary_rounds(const struct record_list *records)
{
    unsigned rounds = 0;
    for (size_t i = 0; i < records->count; i++)
        rounds = records->records[i].round > rounds ? records->records[i].round : rounds;
    return rounds;
}

/* The rate of each paced race, and what each contestant could serve. */
static json_t *
summary_rates(const struct record_list *records)
{
    json_t *rates = json_array();
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = &records->records[i];
        double capacity;
        if (record->phase != RECORD_PILOT || !record_metric(record, "capacity_per_s", &capacity))
            continue;
        json_t *entry = json_object();
        summary_name(entry, record);
        json_object_set_new(entry, "capacity_per_s", document_real(capacity));
        json_array_append_new(rates, entry);
    }
    return rates;
}

static void
summary_set_rates(json_t *rates, const struct record_list *records)
{
    for (size_t i = 0; i < json_array_size(rates); i++) {
        json_t *entry = json_array_get(rates, i);
        double rate = 0;
        for (size_t j = 0; j < records->count && rate <= 0; j++) {
            const struct record *record = &records->records[j];
            if (strcmp(record->workload, document_text(entry, "workload", "")) == 0 &&
                strcmp(record->variant, document_text(entry, "variant", "")) == 0 &&
                record->cores == record_cores(entry))
                rate = record->rate;
        }
        json_object_set_new(entry, "rate", rate > 0 ? document_real(rate) : json_null());
    }
}

json_t *
summary_make(const char *run, const struct record_list *records, const json_t *plan,
             const json_t *machine)
{
    struct summary_cells cells = summary_group(records, plan);
    json_t *rows = json_array();
    json_t *missing = json_array();
    json_t *curves = json_array();
    json_t *rates = summary_rates(records);
    summary_set_rates(rates, records);
    summary_plan_missing(plan, missing);
    for (size_t i = 0; i < cells.count; i++) {
        summary_cell_missing(&cells.cells[i], missing);
        for (size_t j = 0; cells.cells[i].count > 0 && j < METRICS_COUNT; j++)
            summary_metric(&cells.cells[i], METRICS[j], rows, missing);
        summary_pool_curves(&cells.cells[i], curves);
    }
    json_t *summary = memory_keep(
        json_pack("{s:s, s:s, s:i, s:O, s:O, s:O, s:O}", "schema", SUMMARY_SCHEMA, "run", run,
                  "rounds", (int)summary_rounds(records), "seed", json_object_get(plan, "seed"),
                  "order_seed", json_object_get(plan, "order_seed"), "options",
                  json_object_get(plan, "options"), "managers", json_object_get(plan, "managers")));
    json_object_set_new(summary, "machine", json_deep_copy(machine));
    json_object_set_new(summary, "rows", rows);
    json_object_set_new(summary, "missing", missing);
    json_object_set_new(summary, "reuse", summary_reuse(&cells));
    json_object_set_new(summary, "recording_cost", summary_recording_cost(records));
    json_object_set_new(summary, "rates", rates);
    json_object_set_new(summary, "curves", curves);
    return summary;
}

bool
summary_read(const char *folder, struct summary_source *source)
{
    size_t length = strlen(folder);
    const char *base = length > 1 && folder[length - 1] == '/' ? memory_copy(folder, length - 1)
                                                               : folder;
    const char *slash = strrchr(base, '/');
    source->run = slash ? slash + 1 : base;
    source->plan = document_load(memory_text("%s/plan.json", base), "heapstakes/plan/1");
    source->machine = source->plan ? document_load(memory_text("%s/machine.json", base),
                                                   "heapstakes/machine/1")
                                   : NULL;
    if (!source->machine || !record_read(memory_text("%s/runs.jsonl", base), &source->records))
        return false;
    if (json_array_size(json_object_get(source->plan, "managers")) == 0 ||
        !json_is_integer(json_object_get(source->plan, "seed")) ||
        !json_is_integer(json_object_get(source->plan, "order_seed")) ||
        !json_is_object(json_object_get(source->plan, "options"))) {
        say_error("%s/plan.json: line 1: seed, order_seed, options or managers are not there; the "
                  "file is damaged",
                  base);
        return false;
    }
    return true;
}

json_t *
summary_load(const char *path)
{
    struct stat facts;
    struct summary_source source;
    if (stat(path, &facts) == 0 && !S_ISDIR(facts.st_mode))
        return document_load(path, SUMMARY_SCHEMA);
    if (!summary_read(path, &source))
        return NULL;
    return summary_make(source.run, &source.records, source.plan, source.machine);
}
