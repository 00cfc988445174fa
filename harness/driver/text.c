/* text.c -- a text that grows at its end: its room doubles, so that adding n pieces costs n. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"

enum { TEXT_FIRST_ROOM = 256 };

static void
text_reserve(struct text *text, size_t bytes)
{
    size_t room = text->room ? text->room : TEXT_FIRST_ROOM;
    while (room < text->length + bytes + 1)
        room *= 2;
    if (room == text->room)
        return;
    char *larger = memory_get(room);
    if (text->length > 0)
        memcpy(larger, text->bytes, text->length);
    text->bytes = larger;
    text->room = room;
}

void
text_add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (n < 0)
        return;
    text_reserve(text, (size_t)n);
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)n + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)n;
}
