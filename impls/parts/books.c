/* books.c -- see books.h. */
#include "parts/books.h"

enum { BOOKS_BYTES = 64 << 20, BOOKS_ALIGN = 64 };

void *
books_open(struct books *books, struct pages *pages, size_t bytes)
{
    struct pages plain = *pages; /* small and sparse: no huge pages for it */
    plain.huge = false;
    books->used = 0;
    if (!growing_init(&books->memory, &plain, BOOKS_BYTES))
        return NULL;
    void *first = books_add(books, pages, bytes);
    if (!first)
        growing_release(&books->memory, pages);
    return first;
}

void *
books_add(struct books *books, struct pages *pages, size_t bytes)
{
    size_t at = books->used, end = at + ((bytes + BOOKS_ALIGN - 1) & ~(size_t)(BOOKS_ALIGN - 1));
    if (!growing_ensure(&books->memory, pages, end, end))
        return NULL;
    books->used = end;
    return books->memory.base + at;
}

void
books_close(const struct books *books, const struct pages *pages)
{
    struct growing memory = books->memory;
    struct pages counted = *pages;
    growing_release(&memory, &counted);
}
