/* memory.c -- the command's own memory: one pool, given back when the command ends. */
#include "memory.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

enum { MEMORY_CHUNK_BYTES = 1 << 18, MEMORY_FIRST_ROOM = 8 };

struct memory_chunk {
    struct memory_chunk *next;
    size_t used, bytes;
    alignas(max_align_t) char space[];
};

struct memory_kept {
    struct memory_kept *next;
    json_t *json;
};

static struct memory_chunk *memory_chunks;
static struct memory_kept *memory_kept;

static _Noreturn void
memory_exhausted(void)
{
    say_error("out of memory");
    exit(SAY_ERROR);
}

static struct memory_chunk *
memory_new_chunk(size_t bytes)
{
    size_t space = bytes > MEMORY_CHUNK_BYTES ? bytes : MEMORY_CHUNK_BYTES;
    struct memory_chunk *chunk = calloc(1, sizeof *chunk + space);
    if (!chunk)
        memory_exhausted();
    chunk->bytes = space;
    chunk->next = memory_chunks;
    memory_chunks = chunk;
    return chunk;
}

void *
memory_get(size_t bytes)
{
    const size_t align = alignof(max_align_t);
    bytes = (bytes + align - 1) / align * align;
    struct memory_chunk *chunk = memory_chunks;
    if (!chunk || chunk->bytes - chunk->used < bytes)
        chunk = memory_new_chunk(bytes);
    void *got = chunk->space + chunk->used;
    chunk->used += bytes;
    return got;
}

void *
memory_room(void *array, size_t n, size_t unit)
{
    if (n == 0)
        return memory_get(MEMORY_FIRST_ROOM * unit);
    bool is_power_of_two = (n & (n - 1)) == 0;
    if (n < MEMORY_FIRST_ROOM || !is_power_of_two)
        return array;
    void *larger = memory_get(2 * n * unit);
    memcpy(larger, array, n * unit);
    return larger;
}

char *
memory_text(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (n < 0)
        memory_exhausted();
    char *text = memory_get((size_t)n + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)n + 1, format, arguments);
    va_end(arguments);
    return text;
}

char *
memory_copy(const char *bytes, size_t n)
{
    char *text = memory_get(n + 1);
    memcpy(text, bytes, n);
    return text;
}

json_t *
memory_keep(json_t *json)
{
    if (!json)
        memory_exhausted();
    struct memory_kept *kept = memory_get(sizeof *kept);
    kept->json = json;
    kept->next = memory_kept;
    memory_kept = kept;
    return json;
}

void
memory_release(void)
{
    while (memory_kept) {
        json_decref(memory_kept->json);
        memory_kept = memory_kept->next;
    }
    while (memory_chunks) {
        struct memory_chunk *next = memory_chunks->next;
        free(memory_chunks);
        memory_chunks = next;
    }
}
