/* obstack.c -- where the chunks of the object stacks come from, and what is on them. */
#include "mm.h"

#include "parts/malloc_books.h"

#include <gnu/libc-version.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

/* Of a chunk; malloc adds a word to it. */
enum { OBSTACK_CHUNK_BYTES = (64 << 10) - 64 };

static const char *
obstack_version(void)
{
    static char version[48];
    snprintf(version, sizeof version, "obstack of glibc %s", gnu_get_libc_version());
    return version;
}

const struct mm_manager MM_MANAGER = {
    .name = "obstack",
    .summary = "object stacks of the C library, one for each nested scope",
    .version = obstack_version,
    .max_threads = MM_ANY_THREADS,
};

/* Bytes of all chunks now, and the most ever; what malloc says of itself is known only when it is
 * asked. */
static uint64_t obstack_chunks_bytes, obstack_chunks_peak_bytes;

/* A stack cannot go on without a chunk. */
static void *
obstack_chunk(size_t bytes)
{
    void *chunk = malloc(bytes);
    if (!chunk)
        mm_exhausted(bytes, 0);
    uint64_t usable = malloc_usable_size(chunk);
    uint64_t now = MM_ADD_RELAXED(&obstack_chunks_bytes, usable) + usable;
    uint64_t peak = MM_LOAD_RELAXED(&obstack_chunks_peak_bytes);
    while (now > peak && !__atomic_compare_exchange_n(&obstack_chunks_peak_bytes, &peak, now, true,
                                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
    return chunk;
}

static void
obstack_chunk_release(void *chunk)
{
    (void)MM_ADD_RELAXED(&obstack_chunks_bytes, (uint64_t)0 - malloc_usable_size(chunk));
    free(chunk);
}

/* The names that obstack.h looks for. */
#define obstack_chunk_alloc obstack_chunk
#define obstack_chunk_free obstack_chunk_release

void
obstack_region_make(struct region *region)
{
    obstack_specify_allocation(&region->stack, OBSTACK_CHUNK_BYTES, MM_ALIGN_DEFAULT, obstack_chunk,
                               obstack_chunk_release);
    region->bottom = obstack_alloc(&region->stack, 0);
}

/* The last object is opened again, and grows as growing objects do: in place while its chunk has
 * room, else it moves to the next chunk.  Where an alignment was asked for, it would be lost. */
void *
obstack_resize(struct region *region, void *obj, size_t old_bytes, size_t new_bytes, size_t align)
{
    struct obstack *stack = &region->stack;
    if (new_bytes > INT_MAX - MM_ALIGN_MAX)
        return NULL;
    if (align == MM_ALIGN_DEFAULT && (char *)obj + old_bytes == obstack_next_free(stack)) {
        size_t kept = old_bytes < new_bytes ? old_bytes : new_bytes;
        obstack_free(stack, obj);
        obstack_blank(stack, (int)kept);
        obstack_blank(stack, (int)(new_bytes - kept));
        return obstack_finish(stack);
    }
    if (new_bytes <= old_bytes)
        return obj;
    void *fresh = region_new(region, new_bytes, align);
    return fresh ? memcpy(fresh, obj, old_bytes) : NULL;
}

/* -- for regions.c -- */

void
regions_start(void)
{
}

void
regions_stop(void)
{
}

bool
regions_open(struct mm_mutator *m)
{
    obstack_region_make(m->levels);
    return true;
}

void
regions_close(struct mm_mutator *m)
{
    for (struct region *region = m->levels; region < m->levels + SCOPE_LEVELS; region++)
        if (region->stack.chunk)
            obstack_free(&region->stack, NULL);
}

/* At least the chunks, even where malloc is a sanitizer's and has no books. */
void
regions_books(struct malloc_books *books, struct mm_stats *out)
{
    uint64_t chunks = MM_LOAD_RELAXED(&obstack_chunks_bytes);
    if (obstack_chunks_peak_bytes > books->peak_held_bytes)
        books->peak_held_bytes = obstack_chunks_peak_bytes;
    malloc_books_read(books, out);
    if (out->held_bytes < chunks)
        out->held_bytes = chunks;
}

static const char *
obstack_chunk_end(const struct obstack *stack, const struct _obstack_chunk *chunk)
{
    return chunk == stack->chunk ? stack->next_free : chunk->limit;
}

size_t
region_used(const struct region *region)
{
    size_t used = 0;
    for (const struct _obstack_chunk *chunk = region->stack.chunk; chunk; chunk = chunk->prev)
        used += (size_t)(obstack_chunk_end(&region->stack, chunk) - chunk->contents);
    return used;
}

bool
region_owns(const struct region *region, const void *obj)
{
    const char *at = obj;
    for (const struct _obstack_chunk *chunk = region->stack.chunk; chunk; chunk = chunk->prev)
        if (at >= chunk->contents && at < obstack_chunk_end(&region->stack, chunk))
            return true;
    return false;
}
