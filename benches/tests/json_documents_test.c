/* json_documents_test.c -- what json_documents reads and writes is what another implementation of
 * JSON, jansson, reads: for the files it is run with, for documents chosen to be hard, and for
 * seeded mutations of them; what jansson refuses is refused, and nothing of it is left; and members
 * put and removed at random are those of jansson's object at every step. */
#include "workload_tools.h"

#include "json/json_measure.h"
#include "json/json_parse.h"
#include "json/json_write.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOAD_FLAGS = JSON_DECODE_ANY | JSON_ALLOW_NUL, MUTATIONS = 8000, STEPS = 3000, NAMES = 40 };

static mm_ref document;
static unsigned failures;

MM_NORETURN void
mm_exhausted(size_t bytes, size_t limit)
{
    fprintf(stderr, "json_documents_test: out of memory: %zu bytes, limit %zu\n", bytes, limit);
    exit(3);
}

static void
expect(bool holds, const char *what, const char *text, size_t length)
{
    if (holds)
        return;
    failures++;
    printf("FAILED: %s: %.*s\n", what, (int)(length < 300 ? length : 300), text);
}

/* What jansson reads in the document as we write it; NULL if it cannot. */
static json_t *
written(struct mm_mutator *m)
{
    struct json_buffer buffer;
    MM_LOCALS(m, bytes);
    json_buffer_begin(m, &buffer, &locals->bytes);
    json_write(m, &buffer, &document);
    json_t *read = json_loadb(json_buffer_text(&buffer), buffer.length, LOAD_FLAGS, NULL);
    json_buffer_drop(m, &buffer);
    return read;
}

/* Payload that is alive, if the manager counts it. */
static uint64_t
payload(struct mm_heap *heap)
{
    struct mm_stats stats;
    mm_stats(heap, &stats);
    return stats.payload_bytes;
}

/* Both read the text alike, or both refuse it. */
static void
compare(struct mm_heap *heap, struct mm_mutator *m, const char *text, size_t length)
{
    json_error_t error;
    json_t *theirs = json_loadb(text, length, LOAD_FLAGS, &error);
    if (!theirs && json_error_code(&error) == json_error_numeric_overflow)
        return; /* we keep numbers as text */
    struct json_measure measure;
    bool measured = json_measure(text, length, &measure);
    uint64_t before = payload(heap);
    bool parsed = json_parse(m, text, length, &document);
    expect(parsed == (theirs != NULL), theirs ? "refused" : "accepted", text, length);
    expect(measured == parsed, "measured and parsed differently", text, length);
    if (!parsed) {
        expect(mm_get(document) == NULL, "something is left", text, length);
        expect(payload(heap) == before, "something was not freed", text, length);
    } else {
        expect(before == MM_UNKNOWN || payload(heap) - before <= measure.payload_bytes,
               "more than was measured", text, length);
        json_t *ours = written(m);
        expect(ours && theirs && json_equal(ours, theirs), "read otherwise", text, length);
        json_decref(ours);
        json_drop(m, &document);
    }
    json_decref(theirs);
}

static const char *const GOOD[] = {
    "{}",
    "[]",
    " [ ] ",
    "{\"\":\"\"}",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "\"\"",
    "[[[[[[]]]]],{},[{}]]",
    "[0,-1,1.5,-0.25,1e3,1E+3,1e-3,12345678901234567,0.1,3.141592653589793]",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\u0000\\u001f\\u007f\\uffff\"",
    "\"\\uD834\\uDD1E a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"",
    "[\"\xed\x9f\xbf\",\"\xee\x80\x80\",\"\xf4\x8f\xbf\xbf\",\"\xc2\x80\",\"\xe0\xa0\x80\"]",
    "{\"a\":1,\"a\":2,\"b\":{\"a\":[3]},\"a\":{\"x\":null}}",
    "\t{\r\n\"a\" :\t[ 1 , 2 ] , \"b\"\n:\n{ \"c\" : false } }\n",
    "{\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,\"7\":7,\"8\":8,\"9\":9,\"A\":0,\"B\":1}",
    "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]",
};

static const char *const BAD[] = {
    "",
    " ",
    "{",
    "}",
    "[",
    "]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{a:1}",
    "{\"a\" 1}",
    "{\"a\":[1,{\"b\":\"c\"},}",
    "[1]]",
    "{} {}",
    "nul",
    "nulll",
    "True",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x10",
    "NaN",
    "-Infinity",
    "'a'",
    "\"",
    "\"a",
    "\"\\",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\ud800\"",
    "\"\\ud800\\u0041\"",
    "\"\\udc00\"",
    "\"a\nb\"",
    "\"\x01\"",
    "\"\xff\"",
    "\"\xc0\x80\"",
    "\"\xe0\x80\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\xf4\x90\x80\x80\"",
    "\"\xf0\x9f\x98\"",
    "\"\x80\"",
    "\xef\xbb\xbf{}",
    "[1]//",
    "[\"a\",\"b\",{\"c\":[1,2,{\"d\":\"\\q\"}]}]",
};

static void
check_chosen(struct mm_heap *heap, struct mm_mutator *m)
{
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        compare(heap, m, GOOD[i], strlen(GOOD[i]));
        expect(json_parse(m, GOOD[i], strlen(GOOD[i]), &document), "refused", GOOD[i],
               strlen(GOOD[i]));
        json_drop(m, &document);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        compare(heap, m, BAD[i], strlen(BAD[i]));
        expect(!json_parse(m, BAD[i], strlen(BAD[i]), &document), "accepted", BAD[i],
               strlen(BAD[i]));
    }
    compare(heap, m, "\"a\0b\"", 5);
}

/* As deep as is allowed, and one deeper. */
static void
check_depth(struct mm_mutator *m)
{
    static char text[2 * (JSON_DEPTH_MAX + 1)];
    size_t deep = JSON_DEPTH_MAX + 1;
    memset(text, '[', deep);
    memset(text + deep, ']', deep);
    expect(!json_parse(m, text, 2 * deep, &document), "accepted", "too deep", 8);
    expect(json_parse(m, text + 1, 2 * deep - 2, &document), "refused", "deep enough", 11);
    json_drop(m, &document);
}

/* One or two bytes replaced, dropped, or the end cut off. */
static void
check_mutations(struct mm_heap *heap, struct mm_mutator *m)
{
    static const char BYTES[] = "{}[]\",:\\u0019eE+-. ntf\x80\xc3\xed\n";
    struct workload_random random = workload_random_seed(1, 0);
    for (unsigned i = 0; i < MUTATIONS; i++) {
        const char *good = GOOD[workload_random_below(&random, sizeof GOOD / sizeof GOOD[0])];
        char text[256];
        size_t length = strlen(good);
        memcpy(text, good, length);
        for (uint64_t edits = workload_random_below(&random, 2) + 1; edits > 0 && length; edits--) {
            size_t at = workload_random_below(&random, length);
            uint64_t way = workload_random_below(&random, 4);
            if (way == 0)
                length = at;
            else if (way == 1)
                memmove(text + at, text + at + 1, --length - at);
            else
                text[at] = BYTES[workload_random_below(&random, sizeof BYTES - 1)];
        }
        compare(heap, m, text, length);
    }
}

static void
member_put(struct mm_mutator *m, const char *name, const char *number)
{
    MM_LOCALS(m, name, value);
    mm_take(m, &locals->name, json_text_copy(m, JSON_KIND_STRING, name, strlen(name)));
    mm_take(m, &locals->value, json_text_copy(m, JSON_KIND_NUMBER, number, strlen(number)));
    json_put(m, &document, &locals->name, &locals->value);
}

static void
member_remove(struct mm_mutator *m, const char *name)
{
    struct json_member *member = json_find(mm_get(document), name, strlen(name));
    if (!member)
        return;
    MM_LOCALS(m, value);
    mm_set(m, &locals->value, mm_get(member->value));
    json_remove(m, mm_get(document), member);
    json_drop(m, &locals->value);
}

static void
check_members(struct mm_mutator *m)
{
    struct workload_random random = workload_random_seed(1, 1);
    json_t *theirs = json_object();
    mm_take(m, &document, json_holder_new(m, JSON_KIND_OBJECT));
    for (unsigned step = 0; step < STEPS; step++) {
        char name[24], number[24];
        snprintf(name, sizeof name, "n%d", (int)workload_random_below(&random, NAMES));
        snprintf(number, sizeof number, "%u", step);
        if (workload_random_below(&random, 2)) {
            member_put(m, name, number);
            json_object_set_new(theirs, name, json_integer(step));
        } else {
            member_remove(m, name);
            json_object_del(theirs, name);
        }
        json_t *ours = written(m);
        expect(ours && json_equal(ours, theirs), "members differ after", name, strlen(name));
        json_decref(ours);
    }
    json_decref(theirs);
    json_drop(m, &document);
}

static void
check_items(struct mm_mutator *m)
{
    MM_LOCALS(m, item, work);
    json_t *theirs = json_array();
    mm_take(m, &document, json_holder_new(m, JSON_KIND_ARRAY));
    for (int i = 0; i < 100; i++) {
        mm_take(m, &locals->item, json_text_new(m, i % 3 ? JSON_KIND_TRUE : JSON_KIND_NULL, 0));
        json_push(m, &document, &locals->item, &locals->work);
        json_array_append_new(theirs, i % 3 ? json_true() : json_null());
        if (i % 4 == 3) {
            json_pop(m, mm_get(document));
            json_array_remove(theirs, json_array_size(theirs) - 1);
        }
        json_t *ours = written(m);
        expect(ours && json_equal(ours, theirs), "items differ", "", 0);
        json_decref(ours);
    }
    json_decref(theirs);
    json_drop(m, &document);
}

/* A whole file, if it is there. */
static void
check_file(struct mm_heap *heap, struct mm_mutator *m, const char *path)
{
    json_t *there = json_load_file(path, LOAD_FLAGS, NULL);
    if (!there) {
        printf("skipped: %s is not there\n", path);
        return;
    }
    char *text = json_dumps(there, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    compare(heap, m, text, strlen(text));
    free(text);
    json_decref(there);
    FILE *file = fopen(path, "rb");
    static char raw[4 << 20];
    size_t length = file ? fread(raw, 1, sizeof raw, file) : 0;
    expect(length > 0 && length < sizeof raw, "not read", path, strlen(path));
    compare(heap, m, raw, length);
    if (file)
        fclose(file);
}

int
main(int count, char **paths)
{
    struct mm_config config = { .check_every = 500 };
    struct mm_heap *heap = mm_heap_create(&config);
    struct mm_mutator *m = mm_attach(heap);
    mm_global(m, &document);
    check_chosen(heap, m);
    check_depth(m);
    check_members(m);
    check_items(m);
    check_mutations(heap, m);
    for (int i = 1; i < count; i++)
        check_file(heap, m, paths[i]);
    mm_detach(m);
    mm_heap_destroy(heap);
    printf("%u failures\n", failures);
    return failures ? 1 : 0;
}
