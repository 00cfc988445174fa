/* malloc_books.c -- what the C library's malloc says of itself: the books of managers behind which
 * it stands. */
#include "parts/malloc_books.h"

#include <malloc.h>

/* arena: taken with brk and mmap for heaps, of all arenas; hblkhd: mapped one by one. */
void
malloc_books_read(struct malloc_books *books, struct mm_stats *out)
{
    struct mallinfo2 info = mallinfo2();
    uint64_t held = info.arena + info.hblkhd;
    if (held > books->peak_held_bytes)
        books->peak_held_bytes = held;
    *out = (struct mm_stats){
        .held_bytes = held,
        .peak_held_bytes = books->peak_held_bytes,
        .live_bytes = info.uordblks + info.hblkhd,
        .owed_bytes = 0,
        .collections = 0,
        MM_STATS_NOT_COUNTED,
    };
}
