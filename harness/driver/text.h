/* text.h -- a text that grows at its end. */
#ifndef DRIVER_TEXT_H
#define DRIVER_TEXT_H

#include <stddef.h>

/* All zero is empty; then bytes is NULL.  Else it ends with a null byte. */
struct text {
    char *bytes;
    size_t length, room;
};

/* Adds to its end, as printf. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
