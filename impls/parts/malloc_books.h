/* malloc_books.h -- what the C library's malloc says of itself: the books of managers behind which
 * it stands. */
#ifndef PARTS_MALLOC_BOOKS_H
#define PARTS_MALLOC_BOOKS_H

#include "mm_heap.h"

struct malloc_books {
    uint64_t peak_held_bytes; /* the most seen by malloc_books_read */
};

/* Of the whole process, as mallinfo2 keeps them. */
void malloc_books_read(struct malloc_books *books, struct mm_stats *out);

#endif
