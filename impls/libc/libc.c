/* libc.c -- the system's allocator as a manager: its version, its books, and whose malloc it is. */
#define _GNU_SOURCE
#include "mm.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <malloc.h>
#include <stdio.h>

#include "parts/malloc_books.h"

struct mm_heap {
    struct malloc_books books;
};

static struct mm_heap libc_heap;

static const char *
libc_version(void)
{
    static char version[32];
    snprintf(version, sizeof version, "glibc %s", gnu_get_libc_version());
    return version;
}

const struct mm_manager MM_MANAGER = {
    .name = "libc",
    .summary = "malloc and free of the C library",
    .version = libc_version,
    .max_threads = MM_ANY_THREADS,
};

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    (void)config;
    return &libc_heap;
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    malloc_books_read(&heap->books, out);
}

/* malloc cannot be asked about an address; what can be proven is that malloc, as this process
 * calls it, is the C library's, and that the chunk's size word is sane. */
bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    (void)heap;
    Dl_info ours, libc;
    void *(*allocate)(size_t) = malloc;
    const char *(*version)(void) = gnu_get_libc_version;
    void *ours_at, *libc_at;
    memcpy(&ours_at, &allocate, sizeof ours_at);
    memcpy(&libc_at, &version, sizeof libc_at);
    if (!dladdr(ours_at, &ours) || !dladdr(libc_at, &libc))
        return false;
    return ours.dli_fbase == libc.dli_fbase && obj &&
           malloc_usable_size((void *)(uintptr_t)obj) > 0;
}
