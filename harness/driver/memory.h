/* memory.h -- the command's own memory: one pool, given back when the command ends.
 *
 * The command is short-lived and keeps nearly all that it makes, so nothing is freed one by
 * one.  Running out of memory ends the program with one line and status 1. */
#ifndef DRIVER_MEMORY_H
#define DRIVER_MEMORY_H

#include <jansson.h>
#include <stddef.h>

/* Zeroed memory, aligned for any type. */
void *memory_get(size_t bytes);

/* Makes room for element number n (counted from 0) of an array that is filled one by one from
 * the start: returns the array, moved if it had to grow.  A new element is zero. */
void *memory_room(void *array, size_t n, size_t unit);

/* Text made as by printf. */
char *memory_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A copy of the first n bytes, ended by a null byte. */
char *memory_copy(const char *bytes, size_t n);

/* Takes over a reference to a JSON value, and hands the value back.  NULL, which jansson
 * returns when it is out of memory, ends the program. */
json_t *memory_keep(json_t *json);

void memory_release(void);

#endif
