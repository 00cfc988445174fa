/* json_documents -- real JSON files, parsed to managed objects, changed, and written out again.
 *
 * Lifetimes: a ring of parsed documents stands; each batch drops the oldest, parses its file anew,
 * looks things up, changes it and undoes that, and writes it to a buffer that dies at once.  So a
 * document of some hundred thousand objects lives as many batches as the ring is long, and dies
 * whole; between its objects lie those that growing arrays and tables left behind.
 *
 * Stresses: small strings and tables of real sizes and order, deep walks, buffers that grow to a
 * megabyte.  The files are iso_639-3.json and iso_3166-2.json of Debian's package iso-codes. */
#include "workload_tools.h"

#include "json/json_measure.h"
#include "json/json_parse.h"
#include "json/json_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct ring {
    uint64_t length;
};
MM_TYPE(RING, struct ring, .tail = MM_TAIL_REFS, .acyclic = true);

enum { SOURCES = 2, LOOKS = 1024, CHANGE_EACH = 16, VERSION_BYTES = 64 };

struct json_documents_shape {
    uint64_t kept, batches; /* documents; both even, so that a file replaces itself */
    uint64_t entries;       /* of each file, from its beginning; 0: all */
};
static const struct json_documents_shape SHAPES[WORKLOAD_SIZES] = {
    [WORKLOAD_SMOKE] = { 8, 4, 32 },
    [WORKLOAD_NORMAL] = { 8, 52, 0 },
    [WORKLOAD_LARGE] = { 124, 800, 0 },
};

/* -- The files -------------------------------------------------------------------- */

#define JSON_FOLDER "/usr/share/iso-codes/json/"
struct source {
    const char *path, *list, *key; /* the file, the list in it, and what its entries go by */
    char *text;                    /* NULL: not there */
    size_t length;
    uint64_t hash; /* of the whole file */
    struct json_measure measure;
};
static struct source json_documents_sources[SOURCES] = {
    { .path = JSON_FOLDER "iso_639-3.json", .list = "639-3", .key = "alpha_3" },
    { .path = JSON_FOLDER "iso_3166-2.json", .list = "3166-2", .key = "code" },
};

static bool
source_read(struct source *source)
{
    FILE *file = fopen(source->path, "rb");
    if (!file)
        return false;
    bool whole = fseek(file, 0, SEEK_END) == 0;
    long length = ftell(file);
    whole = whole && length > 0 && fseek(file, 0, SEEK_SET) == 0;
    char *text = whole ? malloc((size_t)length) : NULL;
    whole = text && fread(text, 1, (size_t)length, file) == (size_t)length;
    fclose(file);
    if (!whole) {
        free(text);
        return false;
    }
    source->text = text;
    source->length = (size_t)length;
    source->hash = json_hash(text, source->length);
    return true;
}

/* Cuts the text after so many entries of its list, and closes list and object there. */
static bool
source_cut(struct source *source, uint64_t entries)
{
    struct json_reader reader = { (unsigned char *)source->text, source->length, 0 };
    struct json_measure measure = { 0 };
    if (json_next(&reader) != '{' || !json_passes(&reader, '{'))
        return false;
    json_space_pass(&reader);
    if (!json_measure_string(&reader, &measure) || json_next(&reader) != ':' ||
        !json_passes(&reader, ':') || json_next(&reader) != '[' || !json_passes(&reader, '['))
        return false;
    for (uint64_t i = 0; i < entries; i++)
        if (!json_measure_value(&reader, &measure, 0) || !json_passes(&reader, ','))
            return false;
    source->text[reader.at - 1] = ']';
    source->text[reader.at] = '}';
    source->length = reader.at + 1;
    return true;
}

/* Reads the files, once; false if they are not there, or are not what they should be. */
static bool
sources_load(const struct json_documents_shape *shape)
{
    for (unsigned i = 0; i < SOURCES; i++) {
        struct source *source = &json_documents_sources[i];
        if (source->text)
            continue;
        if (!source_read(source) || (shape->entries && !source_cut(source, shape->entries)) ||
            !json_measure(source->text, source->length, &source->measure))
            return false;
    }
    return true;
}

static const char *
json_documents_prepare(const struct workload_run *run)
{
    return sources_load(&SHAPES[run->size]) ? NULL : "iso-codes";
}

/* The version of the package that is installed, as the package manager noted it. */
static void
package_version(char version[VERSION_BYTES])
{
    char line[512];
    bool inside = false;
    snprintf(version, VERSION_BYTES, "unknown");
    FILE *file = fopen("/var/lib/dpkg/status", "r");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "Package: ", 9) == 0)
            inside = strcmp(line + 9, "iso-codes") == 0;
        else if (inside && strncmp(line, "Version: ", 9) == 0)
            snprintf(version, VERSION_BYTES, "%.60s", line + 9);
    }
    if (file)
        fclose(file);
}

static const char *
json_documents_input(void)
{
    static char facts[256];
    char version[VERSION_BYTES];
    package_version(version);
    snprintf(facts, sizeof facts,
             "iso-codes %s; FNV-1a (64 bits) of iso_639-3.json: %016" PRIx64
             ", of iso_3166-2.json: %016" PRIx64,
             version, json_documents_sources[0].hash, json_documents_sources[1].hash);
    return facts;
}

/* The peak follows from the files, so they are read here already.  It is reached while the larger
 * text is written, beside all documents.  Without the files there is no peak, and no run. */
static void
json_documents_plan(const struct workload_run *run, struct workload_plan *plan)
{
    const struct json_documents_shape *shape = &SHAPES[run->size];
    uint64_t documents = 0, written = 0, room = JSON_BUFFER_FIRST;
    *plan = (struct workload_plan){ .batches = shape->batches, .operations = 1 };
    if (!sources_load(shape))
        return;
    for (unsigned i = 0; i < SOURCES; i++) {
        const struct json_measure *measure = &json_documents_sources[i].measure;
        documents += measure->payload_bytes;
        written = measure->written_bytes > written ? measure->written_bytes : written;
    }
    while (room < written)
        room *= 2;
    plan->peak_live_bytes = mm_size(&RING, shape->kept) + shape->kept / SOURCES * documents +
                            mm_size(&JSON_BYTES, room);
}

/* -- A document ----------------------------------------------------------------------- */

static mm_ref json_documents_ring;

static struct json_holder *
document_list(const mm_ref *document, const struct source *source)
{
    struct json_member *list = json_find(mm_get(*document), source->list, strlen(source->list));
    return mm_get(list->value);
}

/* What some entries, picked at random, have under a name; 0 for those that have none. */
static uint64_t
document_look(const mm_ref *document, const struct source *source, const char *name,
              struct workload_random random)
{
    const struct json_holder *list = document_list(document, source);
    uint64_t sum = list->value.count;
    for (unsigned i = 0; i < LOOKS; i++) {
        uint32_t at = (uint32_t)workload_random_below(&random, list->value.count);
        struct json_holder *entry = (struct json_holder *)json_item(list, at);
        struct json_member *member = json_find(entry, name, strlen(name));
        if (!member)
            continue;
        struct json_value *value = mm_get(member->value);
        sum = workload_mix(sum, json_hash(json_text(value), value->count));
    }
    return sum;
}

/* Gives a member of an entry another name. */
static void
entry_rename(struct mm_mutator *m, struct json_holder *entry, const char *from, const char *to)
{
    struct json_member *member = json_find(entry, from, strlen(from));
    if (!member)
        return;
    MM_LOCALS(m, entry, name, value);
    mm_set(m, &locals->entry, entry);
    mm_set(m, &locals->value, mm_get(member->value));
    json_remove(m, entry, member);
    mm_take(m, &locals->name, json_text_copy(m, JSON_KIND_STRING, to, strlen(to)));
    json_put(m, &locals->entry, &locals->name, &locals->value);
}

static void
document_rename(struct mm_mutator *m, const mm_ref *document, const struct source *source,
                const char *from, const char *to)
{
    uint32_t count = document_list(document, source)->value.count;
    for (uint32_t i = 0; i < count; i += CHANGE_EACH) {
        struct json_value *entry = json_item(document_list(document, source), i);
        entry_rename(m, (struct json_holder *)entry, from, to);
    }
}

/* Puts {"added": NUMBER} at the end of the list. */
static void
document_add(struct mm_mutator *m, const mm_ref *document, const struct source *source,
             uint64_t number)
{
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
    MM_LOCALS(m, list, entry, name, value, work);
    mm_set(m, &locals->list, document_list(document, source));
    mm_take(m, &locals->entry, json_holder_new(m, JSON_KIND_OBJECT));
    mm_take(m, &locals->name, json_text_copy(m, JSON_KIND_STRING, "added", 5));
    mm_take(m, &locals->value, json_text_copy(m, JSON_KIND_NUMBER, digits, (size_t)count));
    json_put(m, &locals->entry, &locals->name, &locals->value);
    json_push(m, &locals->list, &locals->entry, &locals->work);
}

static uint64_t
document_write(struct mm_mutator *m, const mm_ref *document)
{
    MM_LOCALS(m, bytes);
    struct mm_scope scope = mm_scope_begin(m);
    struct json_buffer buffer;
    json_buffer_begin(m, &buffer, &locals->bytes);
    json_write(m, &buffer, document);
    const char *text = json_buffer_text(&buffer);
    uint64_t sum = buffer.length, word;
    for (size_t i = 0; i + sizeof word <= buffer.length; i += sizeof word) {
        memcpy(&word, text + i, sizeof word);
        sum = workload_mix(sum, word);
    }
    json_buffer_drop(m, &buffer);
    mm_scope_end(m, scope);
    return sum;
}

/* Looks things up, changes them, looks again, and undoes the changes. */
static uint64_t
document_work(struct mm_mutator *m, const mm_ref *document, const struct source *source,
              struct workload_random random)
{
    uint64_t sum = document_look(document, source, source->key, random);
    sum += document_look(document, source, "name", random);
    document_rename(m, document, source, "type", "kind");
    document_add(m, document, source, sum);
    sum += document_look(document, source, "kind", random);
    sum += document_look(document, source, "added", random);
    json_pop(m, document_list(document, source));
    document_rename(m, document, source, "kind", "type");
    return sum;
}

/* -- The run ---------------------------------------------------------------------------- */

/* Empties a place of the ring. */
static void
ring_drop(struct mm_mutator *m, uint64_t at)
{
    struct ring *ring = mm_get(json_documents_ring);
    mm_ref *place = mm_items(&RING, ring) + at;
    if (MM_FREES)
        json_free(m, mm_get(*place));
    mm_store(m, ring, place, NULL);
}

static void
ring_fill(struct mm_mutator *m, uint64_t at, mm_ref *document)
{
    struct ring *ring = mm_get(json_documents_ring);
    mm_store_new(m, ring, mm_items(&RING, ring) + at, mm_move(m, document));
}

static void
json_documents_setup(struct mm_mutator *m, const struct workload_run *run)
{
    uint64_t kept = SHAPES[run->size].kept;
    MM_LOCALS(m, document);
    mm_global(m, &json_documents_ring);
    mm_take(m, &json_documents_ring, mm_new_array(m, &RING, kept));
    ((struct ring *)mm_get(json_documents_ring))->length = kept;
    for (uint64_t i = 0; i < kept; i++) {
        const struct source *source = &json_documents_sources[i % SOURCES];
        json_parse(m, source->text, source->length, &locals->document);
        ring_fill(m, i, &locals->document);
    }
}

static uint64_t
json_documents_batch(struct mm_mutator *m, const struct workload_run *run, unsigned thread,
                     uint64_t batch)
{
    (void)thread;
    const struct source *source = &json_documents_sources[batch % SOURCES];
    uint64_t at = batch % SHAPES[run->size].kept;
    MM_LOCALS(m, document);
    ring_drop(m, at);
    json_parse(m, source->text, source->length, &locals->document);
    uint64_t sum = document_work(m, &locals->document, source,
                                 workload_random_seed(run->seed, batch));
    sum += document_write(m, &locals->document);
    ring_fill(m, at, &locals->document);
    return sum;
}

static uint64_t
json_documents_teardown(struct mm_mutator *m, const struct workload_run *run)
{
    struct ring *ring = mm_get(json_documents_ring);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < ring->length; i++) {
        mm_ref *document = mm_items(&RING, ring) + i;
        sum += document_look(document, &json_documents_sources[i % SOURCES], "name",
                             workload_random_seed(run->seed, i));
        if (MM_FREES)
            json_free(m, mm_get(*document));
    }
    if (MM_FREES)
        mm_free_array(m, &RING, ring, ring->length);
    mm_set(m, &json_documents_ring, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "json_documents",
    .summary = "real JSON files: parsed documents in a ring, text in buffers that die at once",
    .operation = "a file parsed, changed and written",
    .threads_default = 1,
    .threads_max = 1,
    .plan = json_documents_plan,
    .prepare = json_documents_prepare,
    .input = json_documents_input,
    .setup = json_documents_setup,
    .batch = json_documents_batch,
    .teardown = json_documents_teardown,
};
