/* document.h -- reading and writing JSON files, with errors that say where. */
#ifndef DRIVER_DOCUMENT_H
#define DRIVER_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

/* Reads a file that must hold one JSON object with this "schema".  NULL: an error was said.
 * The value lives until memory_release. */
json_t *document_load(const char *path, const char *schema);

/* Whether the object states this schema; if not, an error was said about `path`. */
bool document_has_schema(const json_t *object, const char *path, const char *schema);

/* Writes a file anew or not at all: under another name first, then renamed.  False: an error
 * was said. */
bool document_write(const char *path, const json_t *json);
bool document_write_text(const char *path, const char *text);

/* Fields of an object.  A missing field, or one of another type, gives the last argument. */
const char *document_text(const json_t *object, const char *key, const char *otherwise);
double document_number(const json_t *object, const char *key, double otherwise);
bool document_flag(const json_t *object, const char *key);

/* A real number, or null if it is not finite: NaN is no JSON. */
json_t *document_real(double value);
/* A text, or null. */
json_t *document_string(const char *text);

#endif
