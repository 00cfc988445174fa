/* report.c -- what a run leaves behind, as counters and a label of Google Benchmark's. */
#include "cell.h"

#include "stalls.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPORT_COLLECTIONS_FEW = 10 };

/* -- The sample's last facts ---------------------------------------------------- */

/* Why nothing is known of pauses, or NULL. */
static const char *
report_no_pauses(const struct cell *cell)
{
    if (!cell->recorder)
        return "not recorded; use --record";
    if (!MM_MANAGER.emits_events)
        return "the manager does not report its pauses";
    if (recorder_lost_pauses(cell->recorder) > 0)
        return "more pauses came than the recorder has room for";
    return NULL;
}

/* Threads of one process that share a core take it from each other: that is no disturbance. */
static const char *
report_no_disturbance(const struct cell *cell)
{
    unsigned cores = cell->config.cores ? cell->config.cores : 1;
    if (cell->threads == 0)
        return "the kernel does not say how many threads there are";
    return cell->threads > cores ? "more threads than cores take them from each other" : NULL;
}

static void
report_utilisation(struct cell *cell, enum utilisation_window window, struct metric_share *share)
{
    share->missing = cell->sample.pauses.missing;
    if (!share->missing)
        share->missing = recorder_utilisation(cell->recorder, window, &share->percent);
}

static void
report_pauses(struct cell *cell)
{
    struct metric_sample *sample = &cell->sample;
    sample->pauses.missing = report_no_pauses(cell);
    report_utilisation(cell, UTILISATION_1MS, &sample->utilisation_1ms);
    report_utilisation(cell, UTILISATION_10MS, &sample->utilisation_10ms);
    report_utilisation(cell, UTILISATION_100MS, &sample->utilisation_100ms);
    sample->disturbance.missing = sample->pauses.missing ? sample->pauses.missing
                                                         : report_no_disturbance(cell);
    if (sample->pauses.missing)
        return;
    sample->pauses.durations = recorder_pauses(cell->recorder);
    sample->fallbacks = recorder_count(cell->recorder, MM_EVENT_FALLBACK);
    sample->longest_stop_ns = recorder_longest_stop(cell->recorder);
    struct recorder_disturbance disturbance = recorder_disturbance(cell->recorder);
    sample->disturbance.disturbed = disturbance.disturbed;
    sample->disturbance.undisturbed = disturbance.undisturbed;
    sample->disturbance.undisturbed_max_ns = disturbance.undisturbed_max_ns;
}

/* There is room for any number of them; only threads without a slot lose some. */
static void
report_stops(struct cell *cell)
{
    struct metric_distribution *stops = &cell->sample.stops;
    if (!MM_MANAGER.tells_stops)
        stops->missing = "the manager never stops the world, or does not say how long that takes";
    else if (!cell->recorder)
        stops->missing = "not recorded; use --record";
    else if (recorder_homeless(cell->recorder) > 0)
        stops->missing = "more threads came than the recorder has room for";
    else
        stops->durations = recorder_stops(cell->recorder);
}

static void
report_rest(struct cell *cell)
{
    struct metric_sample *sample = &cell->sample;
    report_pauses(cell);
    report_stops(cell);
    sample->stalls.durations = stalls_taken(&sample->stalls.missing);
    sample->heap_bytes = cell->config.heap_bytes;
    sample->manager_collects = MM_MANAGER.collects;
    if (!WORKLOAD.serve) {
        sample->latencies.missing = "the workload does not serve requests";
        sample->rate_missing = sample->capacity_missing = sample->latencies.missing;
    }
}

/* -- The label ------------------------------------------------------------------ */

static json_t *
report_histogram(const struct histogram *histogram)
{
    json_t *rows = json_array();
    uint64_t value, count;
    for (size_t at = 0; histogram_next(histogram, &at, &value, &count);)
        json_array_append_new(rows, json_pack("[I, I]", (json_int_t)value, (json_int_t)count));
    return rows;
}

static json_t *
report_histograms(const struct metric_sample *sample)
{
    json_t *histograms = json_object();
    if (sample->pauses.durations)
        json_object_set_new(histograms, "pause_ns", report_histogram(sample->pauses.durations));
    if (sample->stops.durations)
        json_object_set_new(histograms, "time_to_stop_ns",
                            report_histogram(sample->stops.durations));
    if (sample->stalls.durations)
        json_object_set_new(histograms, "stall_ns", report_histogram(sample->stalls.durations));
    if (sample->latencies.durations)
        json_object_set_new(histograms, "latency_ns",
                            report_histogram(sample->latencies.durations));
    return histograms;
}

static bool
report_few_collections(const struct metric_sample *sample)
{
    return MM_MANAGER.collects && sample->after.collections != MM_UNKNOWN &&
           sample->after.collections - sample->before.collections < REPORT_COLLECTIONS_FEW;
}

static json_t *
report_marks(const struct cell *cell)
{
    const struct metric_sample *sample = &cell->sample;
    json_t *marks = json_array();
    if (report_few_collections(sample))
        json_array_append_new(marks, json_string("few_collections"));
    if (sample->before.marking && sample->after.marking &&
        sample->before.collections == sample->after.collections)
        json_array_append_new(marks, json_string("marking"));
    if (cell->options.rate > 0 && sample->achieved_per_s < 0.99 * cell->options.rate)
        json_array_append_new(marks, json_string("overloaded"));
    if (cell->config.heap_bytes > 0 && !MM_MANAGER.obeys_limit)
        json_array_append_new(marks, json_string("no_heap_limit"));
    if (cell->config.populate)
        json_array_append_new(marks, json_string("populated"));
    return marks;
}

static json_t *
report_plan(const struct workload_plan *plan)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "batches", (json_int_t)plan->batches, "operations",
                     (json_int_t)plan->operations, "peak_live_bytes",
                     (json_int_t)plan->peak_live_bytes, "requests", (json_int_t)plan->requests);
}

/* Sets a text, unless there is none. */
static void
report_text(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, json_string(text));
}

static void
report_label(struct cell *cell, json_t *missing)
{
    json_t *label = json_object();
    char checksum[17];
    snprintf(checksum, sizeof checksum, "%016" PRIx64, cell->checksum);
    report_text(label, "checksum", checksum);
    report_text(label, "workload", WORKLOAD.name);
    report_text(label, "variant", WORKLOAD.variants ? WORKLOAD.variants[cell->run.variant] : "");
    report_text(label, "manager", MM_MANAGER.name);
    report_text(label, "manager_version", MM_MANAGER.version ? MM_MANAGER.version() : NULL);
    report_text(label, "size", size_name(cell->run.size));
    json_object_set_new(label, "threads", json_integer(cell->run.threads));
    json_object_set_new(label, "seed", json_integer((json_int_t)cell->run.seed));
    json_object_set_new(label, "plan", report_plan(&cell->plan));
    report_text(label, "input", WORKLOAD.input ? WORKLOAD.input() : NULL);
    report_text(label, "cpus", cell->options.cpus);
    report_text(label, "binding", cell->binding);
    report_text(label, "thp", cell->huge_pages);
    if (WORKLOAD.serve)
        json_object_set_new(label, "rate", json_real(cell->options.rate));
    json_object_set_new(label, "marks", report_marks(cell));
    json_object_set_new(label, "missing", missing);
    json_object_set_new(label, "histograms", report_histograms(&cell->sample));
    char *text = json_dumps(label, JSON_COMPACT);
    if (!text)
        cell_fail(CELL_ERROR, "the label could not be written as JSON: is a text not UTF-8?");
    gbench_label(cell->state, text);
    free(text);
    json_decref(label);
}

void
cell_report(struct cell *cell)
{
    json_t *missing = json_object();
    report_rest(cell);
    for (size_t i = 0; i < METRICS_COUNT; i++) {
        const struct metric *metric = METRICS[i];
        double value = 0;
        if (!metric->read)
            continue;
        const char *reason = metric->read(&cell->sample, &value);
        if (!reason && !isfinite(value))
            reason = "not a finite number";
        if (reason)
            report_text(missing, metric->name, reason);
        else
            gbench_counter(cell->state, metric->name, value);
    }
    report_label(cell, missing);
}
