/* document.c -- reading and writing JSON files, with errors that say where. */
#include "document.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "say.h"

enum { DOCUMENT_DIGITS = 12 };

bool
document_has_schema(const json_t *object, const char *path, const char *schema)
{
    const char *found = document_text(object, "schema", NULL);
    if (found && strcmp(found, schema) == 0)
        return true;
    if (found)
        say_error("%s: line 1: its schema is \"%s\", not \"%s\"; it was made by something else",
                  path, found, schema);
    else
        say_error("%s: line 1: no \"schema\": \"%s\" in it; it was made by something else", path,
                  schema);
    return false;
}

json_t *
document_load(const char *path, const char *schema)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        say_error("%s: %s", path, strerror(errno));
        return NULL;
    }
    json_error_t error;
    json_t *json = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    fclose(file);
    if (!json) {
        say_error("%s: line %d: %s; the file is truncated or no JSON", path, error.line,
                  error.text);
        return NULL;
    }
    memory_keep(json);
    return document_has_schema(json, path, schema) ? json : NULL;
}

/* Says what failed and removes the unfinished file. */
static bool
document_fail(const char *path, const char *unfinished, FILE *file)
{
    say_error("%s: cannot be written: %s", path, strerror(errno));
    if (file)
        fclose(file);
    if (unfinished)
        unlink(unfinished);
    return false;
}

bool
document_write_text(const char *path, const char *text)
{
    char *unfinished = memory_text("%s.unfinished", path);
    FILE *file = fopen(unfinished, "we");
    if (!file)
        return document_fail(path, NULL, NULL);
    if (fputs(text, file) == EOF || fflush(file) != 0 || fsync(fileno(file)) != 0)
        return document_fail(path, unfinished, file);
    if (fclose(file) != 0 || rename(unfinished, path) != 0)
        return document_fail(path, unfinished, NULL);
    return true;
}

bool
document_write(const char *path, const json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(DOCUMENT_DIGITS));
    if (!text) {
        say_error("%s: cannot be written: out of memory", path);
        return false;
    }
    bool written = document_write_text(path, memory_text("%s\n", text));
    free(text);
    return written;
}

const char *
document_text(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : otherwise;
}

double
document_number(const json_t *object, const char *key, double otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

bool
document_flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

json_t *
document_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *
document_string(const char *text)
{
    return text ? json_string(text) : json_null();
}
