/* growing.c -- see growing.h. */
#include "parts/growing.h"

static size_t
growing_whole_pages(size_t bytes)
{
    return (bytes + PAGES_BYTES - 1) & ~(size_t)(PAGES_BYTES - 1);
}

bool
growing_init(struct growing *growing, const struct pages *pages, size_t reserved)
{
    *growing = (struct growing){ .base = pages_reserve(pages, reserved), .reserved = reserved };
    return growing->base != NULL;
}

static bool
growing_commit_to(struct growing *growing, struct pages *pages, size_t bytes)
{
    size_t whole = growing_whole_pages(bytes);
    if (!pages_commit(pages, growing->base + growing->committed, whole - growing->committed))
        return false;
    growing->committed = whole;
    return true;
}

bool
growing_ensure(struct growing *growing, struct pages *pages, size_t need, size_t want)
{
    if (need <= growing->committed)
        return true;
    if (need > growing->reserved)
        return false;
    if (want > growing->reserved)
        want = growing->reserved;
    if (growing_whole_pages(want) > growing_whole_pages(need) &&
        growing_commit_to(growing, pages, want))
        return true;
    return growing_commit_to(growing, pages, need);
}

size_t
growing_shrink(struct growing *growing, struct pages *pages, size_t keep)
{
    size_t whole = growing_whole_pages(keep);
    if (whole >= growing->committed)
        return 0;
    size_t excess = growing->committed - whole;
    pages_return(pages, growing->base + whole, excess);
    growing->committed = whole;
    return excess;
}

void
growing_release(struct growing *growing, struct pages *pages)
{
    if (growing->base)
        pages_release(pages, growing->base, growing->reserved, growing->committed);
    *growing = (struct growing){ .base = NULL };
}
