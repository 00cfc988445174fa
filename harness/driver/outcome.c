/* outcome.c -- one process of a race: how a cell is called, and what became of it. */
#include "outcome.h"

#include <string.h>

#include "document.h"
#include "memory.h"

enum { OUTCOME_ARGUMENTS_MAX = 32 };

/* Exit status of a cell. */
enum { OUTCOME_MEASURED = 0, OUTCOME_EXHAUSTED = 3, OUTCOME_BREACH = 4 };

struct outcome_arguments {
    const char *words[OUTCOME_ARGUMENTS_MAX];
    size_t count;
};

static void
outcome_add(struct outcome_arguments *arguments, const char *flag, const char *value)
{
    arguments->words[arguments->count++] = flag;
    if (value)
        arguments->words[arguments->count++] = value;
}

static struct outcome_arguments
outcome_arguments(const struct plan *plan, const struct plan_race *race,
                  const struct outcome_call *call)
{
    struct outcome_arguments arguments = { .count = 0 };
    const char *path = cells_path(plan->cells, race->workload->name, call->manager->name);
    outcome_add(&arguments, path, NULL);
    outcome_add(&arguments, "--benchmark_format=json", NULL);
    outcome_add(&arguments, "--size", plan->options->size);
    outcome_add(&arguments, "--threads", memory_text("%u", race->threads));
    outcome_add(&arguments, "--cpus", race->cpus);
    outcome_add(&arguments, "--seed", memory_text("%llu", (unsigned long long)plan->seed));
    outcome_add(&arguments, "--thp", plan->options->huge_pages ? "on" : "off");
    if (*race->variant)
        outcome_add(&arguments, "--variant", race->variant);
    if (call->heap_factor > 0)
        outcome_add(&arguments, "--heap-factor", memory_text("%.9g", call->heap_factor));
    if (call->is_recording)
        outcome_add(&arguments, "--record", NULL);
    if (call->phase == RECORD_COUNT)
        outcome_add(&arguments, "--check-every", "0");
    if (call->phase == RECORD_PILOT)
        outcome_add(&arguments, "--closed-loop", NULL);
    bool is_paced = call->phase == RECORD_RACE || call->phase == RECORD_TWIN;
    if (is_paced && race->rate > 0)
        outcome_add(&arguments, "--rate", memory_text("%.9g", race->rate));
    return arguments;
}

/* Fields of Google Benchmark's own; every other number of an entry is a counter. */
static bool
outcome_is_counter(const char *key)
{
    static const char *const own[] = { "family_index", "per_family_instance_index",
                                       "repetitions",  "repetition_index",
                                       "threads",      "iterations",
                                       "real_time",    "cpu_time" };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcmp(key, own[i]) == 0)
            return false;
    }
    return true;
}

static json_t *
outcome_metrics(json_t *entry)
{
    json_t *metrics = memory_keep(json_object());
    const char *key;
    json_t *value;
    json_object_foreach(entry, key, value)
    {
        if (json_is_number(value) && outcome_is_counter(key))
            json_object_set(metrics, key, value);
    }
    return metrics;
}

static void
outcome_fail(struct record *record, const char *reason)
{
    record->status = RECORD_FAILED;
    record->reason = reason;
}

/* Reads what a cell printed: Google Benchmark's JSON with one entry, whose label is JSON too. */
static void
outcome_read(const char *output, struct record *record)
{
    json_error_t error;
    json_t *json = json_loads(output, 0, &error);
    if (!json) {
        outcome_fail(record, *output ? memory_text("what it printed is no JSON: line %d: %s",
                                                   error.line, error.text)
                                     : "it printed nothing");
        return;
    }
    memory_keep(json);
    json_t *entry = json_array_get(json_object_get(json, "benchmarks"), 0);
    const char *label_text = document_text(entry, "label", "");
    json_t *label = json_loads(label_text, 0, NULL);
    if (!label) {
        outcome_fail(record, "what it printed has no result of a cell in it");
        return;
    }
    memory_keep(label);
    record->checksum = document_text(label, "checksum", NULL);
    record->stated_peak_bytes = document_number(json_object_get(label, "plan"), "peak_live_bytes",
                                                0);
    record->metrics = outcome_metrics(entry);
    record->missing = json_object_get(label, "missing");
    record->marks = json_object_get(label, "marks");
    record->histograms = json_object_get(label, "histograms");
    if (!record->checksum)
        outcome_fail(record, "it printed no checksum");
}

/* Its own words, or what is said if it had none. */
static const char *
outcome_words(const struct process_result *result, const char *otherwise)
{
    return *result->errors ? result->errors : otherwise;
}

void
outcome_judge(const struct process_result *result, double limit_s, struct record *record)
{
    record->exit_status = result->status;
    record->wall_s = result->wall_s;
    record->status = RECORD_MEASURED;
    if (!result->started)
        outcome_fail(record, result->problem);
    else if (result->timed_out)
        outcome_fail(record, memory_text("timeout after %g s", limit_s));
    else if (result->signal)
        outcome_fail(record, memory_text("%s%s%s", process_signal_name(result->signal),
                                         *result->errors ? ": " : "", result->errors));
    else if (result->status == OUTCOME_MEASURED)
        outcome_read(result->output, record);
    else if (result->status == OUTCOME_EXHAUSTED || result->status == OUTCOME_BREACH) {
        bool is_breach = result->status == OUTCOME_BREACH;
        record->status = is_breach ? RECORD_BREACH : RECORD_EXHAUSTED;
        record->reason = outcome_words(result, is_breach ? "breach of contract" : "exhausted");
    } else
        outcome_fail(record, memory_text("exit status %d: %s", result->status,
                                         outcome_words(result, "nothing on standard error")));
}

bool
outcome_run(const struct plan *plan, const struct plan_race *race, const struct outcome_call *call,
            struct record *record)
{
    struct outcome_arguments arguments = outcome_arguments(plan, race, call);
    struct process_result result = process_run(arguments.words, call->limit_s);
    *record = (struct record){
        .phase = call->phase,
        .attempt = 1,
        .workload = race->workload->name,
        .variant = race->variant,
        .manager = call->manager->name,
        .manager_version = call->manager->version,
        .size = plan->options->size,
        .threads = race->threads,
        .heap_factor = call->heap_factor,
        .seed = plan->seed,
        .cores = race->cores,
        .cpus = race->cpus,
        .rate = call->phase == RECORD_PILOT ? 0 : race->rate,
        .is_recording = call->is_recording,
    };
    if (result.interrupted)
        return false;
    outcome_judge(&result, call->limit_s, record);
    return true;
}
