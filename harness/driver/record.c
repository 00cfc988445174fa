/* record.c -- the file runs.jsonl: one line of JSON a process. */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "document.h"
#include "memory.h"
#include "say.h"
#include "topology.h"

enum { RECORD_DIGITS = 15 };

static const char *const RECORD_PHASE_NAMES[RECORD_PHASES] = { "race", "twin", "pilot", "count" };
static const char *const RECORD_STATUS_NAMES[RECORD_STATUSES] = { "measured", "exhausted", "failed",
                                                                  "breach", "invalid" };

const char *
record_status_name(enum record_status status)
{
    return RECORD_STATUS_NAMES[status];
}

static json_t *
record_copy(const json_t *value, json_t *otherwise)
{
    if (!value)
        return otherwise;
    json_decref(otherwise);
    return json_deep_copy(value);
}

bool
record_is_disturbed(const struct record *record)
{
    double switches;
    return record->status == RECORD_MEASURED &&
           record_metric(record, "involuntary_switches", &switches) && switches > 0;
}

/* The same as a flag; null if nobody knows. */
static json_t *
record_disturbed(const struct record *record)
{
    double switches;
    bool is_known = record->status == RECORD_MEASURED &&
                    record_metric(record, "involuntary_switches", &switches);
    return is_known ? json_boolean(record_is_disturbed(record)) : json_null();
}

json_t *
record_to_json(const struct record *record, const char *run)
{
    json_t *json = json_object();
    json_object_set_new(json, "schema", json_string(RECORD_SCHEMA));
    json_object_set_new(json, "run", json_string(run));
    json_object_set_new(json, "phase", json_string(RECORD_PHASE_NAMES[record->phase]));
    json_object_set_new(json, "round", json_integer(record->round));
    json_object_set_new(json, "order", json_integer(record->order));
    json_object_set_new(json, "attempt", json_integer(record->attempt));
    json_object_set_new(json, "workload", json_string(record->workload));
    json_object_set_new(json, "variant", json_string(record->variant));
    json_object_set_new(json, "manager", json_string(record->manager));
    json_object_set_new(json, "manager_version", document_string(record->manager_version));
    json_object_set_new(json, "threads", json_integer(record->threads));
    json_object_set_new(json, "cores", json_integer(record->cores));
    json_object_set_new(json, "size", json_string(record->size));
    bool has_limit = record->heap_factor > 0;
    json_object_set_new(json, "heap_factor",
                        has_limit ? document_real(record->heap_factor) : json_null());
    double heap_bytes;
    bool knows_bytes = record_metric(record, "heap_bytes", &heap_bytes) && heap_bytes > 0;
    json_object_set_new(json, "heap_bytes",
                        knows_bytes ? json_integer((json_int_t)heap_bytes) : json_null());
    json_object_set_new(json, "seed", json_integer((json_int_t)record->seed));
    json_object_set_new(json, "cpus", json_string(record->cpus));
    json_object_set_new(json, "rate", record->rate > 0 ? document_real(record->rate) : json_null());
    json_object_set_new(json, "recording", json_boolean(record->is_recording));
    json_object_set_new(json, "status", json_string(RECORD_STATUS_NAMES[record->status]));
    json_object_set_new(json, "exit_status",
                        record->exit_status < 0 ? json_null() : json_integer(record->exit_status));
    json_object_set_new(json, "reason", document_string(record->reason));
    json_object_set_new(json, "disturbed", record_disturbed(record));
    json_object_set_new(json, "wall_s", document_real(record->wall_s));
    json_object_set_new(json, "checksum", document_string(record->checksum));
    json_object_set_new(json, "metrics", record_copy(record->metrics, json_object()));
    json_object_set_new(json, "missing", record_copy(record->missing, json_object()));
    json_object_set_new(json, "marks", record_copy(record->marks, json_array()));
    json_object_set_new(json, "histograms", record_copy(record->histograms, json_object()));
    return json;
}

/* The place of a word in a list, or -1. */
static int
record_word(const json_t *json, const char *key, const char *const *words, int count)
{
    const char *word = document_text(json, key, "");
    for (int i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0)
            return i;
    }
    return -1;
}

unsigned
record_cores(const json_t *json)
{
    double cores = document_number(json, "cores", 0);
    return cores > 0 ? (unsigned)cores : topology_list_length(document_text(json, "cpus", ""));
}

/* The first key that a reader needs and the line lacks, or NULL. */
static const char *
record_lacks(const json_t *json)
{
    static const char *const texts[] = { "workload", "variant", "manager", "size", "cpus" };
    static const char *const numbers[] = { "round", "order", "threads", "seed", "wall_s" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!json_is_string(json_object_get(json, texts[i])))
            return texts[i];
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const json_t *number = json_object_get(json, numbers[i]);
        if (!json_is_number(number) || json_number_value(number) < 0)
            return numbers[i];
    }
    if (!json_is_object(json_object_get(json, "metrics")))
        return "metrics";
    return NULL;
}

bool
record_from_json(const json_t *json, struct record *record, const char **problem)
{
    int phase = record_word(json, "phase", RECORD_PHASE_NAMES, RECORD_PHASES);
    int status = record_word(json, "status", RECORD_STATUS_NAMES, RECORD_STATUSES);
    const char *lacking = record_lacks(json);
    if (phase < 0 || status < 0)
        lacking = phase < 0 ? "phase" : "status";
    if (strcmp(document_text(json, "schema", ""), RECORD_SCHEMA) != 0) {
        *problem = "it is no record of a run: \"schema\" is not \"" RECORD_SCHEMA "\"";
        return false;
    }
    if (lacking) {
        *problem = memory_text("no \"%s\" that makes sense", lacking);
        return false;
    }
    *record = (struct record){
        .phase = (enum record_phase)phase,
        .round = (unsigned)document_number(json, "round", 0),
        .order = (unsigned)document_number(json, "order", 0),
        .attempt = (unsigned)document_number(json, "attempt", 1),
        .workload = document_text(json, "workload", ""),
        .variant = document_text(json, "variant", ""),
        .manager = document_text(json, "manager", ""),
        .manager_version = document_text(json, "manager_version", NULL),
        .size = document_text(json, "size", ""),
        .threads = (unsigned)document_number(json, "threads", 1),
        .heap_factor = document_number(json, "heap_factor", 0),
        .seed = (uint64_t)document_number(json, "seed", 0),
        .cores = record_cores(json),
        .cpus = document_text(json, "cpus", ""),
        .rate = document_number(json, "rate", 0),
        .is_recording = document_flag(json, "recording"),
        .status = (enum record_status)status,
        .exit_status = (int)document_number(json, "exit_status", -1),
        .reason = document_text(json, "reason", NULL),
        .wall_s = document_number(json, "wall_s", 0),
        .checksum = document_text(json, "checksum", NULL),
        .metrics = json_object_get(json, "metrics"),
        .missing = json_object_get(json, "missing"),
        .marks = json_object_get(json, "marks"),
        .histograms = json_object_get(json, "histograms"),
    };
    return true;
}

static bool
record_read_line(struct record_list *list, const char *path, size_t line_number, const char *line,
                 size_t length)
{
    json_error_t error;
    json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    if (!json) {
        say_error("%s: line %zu: %s; the file is damaged or no record of a run", path, line_number,
                  error.text);
        return false;
    }
    struct record record;
    const char *problem = "it is no object";
    if (!record_from_json(memory_keep(json), &record, &problem)) {
        say_error("%s: line %zu: %s", path, line_number, problem);
        return false;
    }
    list->records = memory_room(list->records, list->count, sizeof *list->records);
    list->records[list->count++] = record;
    return true;
}

bool
record_read(const char *path, struct record_list *list)
{
    *list = (struct record_list){ 0 };
    FILE *file = fopen(path, "re");
    if (!file) {
        say_error("%s: %s", path, strerror(errno));
        return false;
    }
    char *line = NULL;
    size_t room = 0;
    bool is_good = true;
    ssize_t length;
    for (size_t number = 1; is_good && (length = getline(&line, &room, file)) > 0; number++) {
        if (line[length - 1] == '\n')
            is_good = record_read_line(list, path, number, line, (size_t)length);
        else
            say_warning("%s: line %zu: it has no end, as a crash leaves it; it is left out", path,
                        number);
    }
    if (is_good && ferror(file)) {
        say_error("%s: cannot be read: %s", path, strerror(errno));
        is_good = false;
    }
    free(line);
    fclose(file);
    return is_good;
}

/* Where the last whole line ends. */
static off_t
record_end(int file)
{
    off_t end = lseek(file, 0, SEEK_END);
    char last;
    while (end > 0 && pread(file, &last, 1, end - 1) == 1 && last != '\n')
        end--;
    return end;
}

int
record_open(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0 || ftruncate(file, record_end(file)) != 0 || lseek(file, 0, SEEK_END) < 0) {
        say_error("%s: cannot be written: %s", path, strerror(errno));
        if (file >= 0)
            close(file);
        return -1;
    }
    return file;
}

static bool
record_write(int file, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, text, length);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            text += written;
            length -= (size_t)written;
        }
    }
    /* A file that is no file on a disk, as a pipe, cannot be synced. */
    return fdatasync(file) == 0 || errno == EINVAL || errno == EROFS;
}

bool
record_append(int file, const char *path, const char *run, const struct record *record)
{
    json_t *json = record_to_json(record, run);
    char *line = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(RECORD_DIGITS));
    json_decref(json);
    if (!line) {
        say_error("%s: cannot be written: out of memory", path);
        return false;
    }
    off_t before = lseek(file, 0, SEEK_CUR);
    size_t length = strlen(line);
    line[length] = '\n'; /* in the place of the null byte */
    bool is_written = record_write(file, line, length + 1);
    int problem = errno;
    free(line);
    if (is_written)
        return true;
    say_error("%s: cannot be written: %s; the race stops, what was recorded stays", path,
              strerror(problem));
    if (before >= 0 && ftruncate(file, before) == 0)
        lseek(file, before, SEEK_SET);
    return false;
}

bool
record_metric(const struct record *record, const char *name, double *value)
{
    const json_t *number = json_object_get(record->metrics, name);
    if (!json_is_number(number))
        return false;
    *value = json_number_value(number);
    return true;
}
