/* books.h -- the memory of a manager's own structures, the heap and its mutators: zeroed, inside
 * the limit, and there until the heap ends. */
#ifndef PARTS_BOOKS_H
#define PARTS_BOOKS_H

#include "parts/growing.h"

struct books {
    struct growing memory;
    size_t used;
};

/* Opens the books with a first entry of so many bytes; NULL, and all undone: not enough memory. */
void *books_open(struct books *books, struct pages *pages, size_t bytes);

/* Another entry, aligned to 64 bytes; NULL: not enough memory. */
void *books_add(struct books *books, struct pages *pages, size_t bytes);

/* The books may lie within themselves, and the pages too. */
void books_close(const struct books *books, const struct pages *pages);

#endif
