/* pages.c -- see pages.h. */
#define _GNU_SOURCE
#include "parts/pages.h"

#include <errno.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* of Linux 5.14; older ones refuse it */
#endif

enum { TOUCH_SHARE = 8 }; /* of what is held, at most, is brought in at once */

void
pages_init(struct pages *pages, const struct mm_config *config)
{
    *pages = (struct pages){
        .limit = config->heap_bytes,
        .fail_request = config->fail_request,
        .huge = config->huge_pages,
    };
}

void *
pages_reserve(const struct pages *pages, size_t bytes)
{
    size_t whole = bytes + PAGES_ALIGN + PAGES_BYTES;
    char *start = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    char *aligned = start + (-(uintptr_t)start & (PAGES_ALIGN - 1));
    char *end = aligned + ((bytes + PAGES_BYTES - 1) & ~(size_t)(PAGES_BYTES - 1)) + PAGES_BYTES;
    if (aligned > start)
        munmap(start, (size_t)(aligned - start));
    if (start + whole > end)
        munmap(end, (size_t)(start + whole - end));
    if (pages->huge)
        (void)madvise(aligned, bytes, MADV_HUGEPAGE);
    return aligned;
}

bool
pages_charge(struct pages *pages, size_t bytes)
{
    uint64_t request = __atomic_add_fetch(&pages->requests, 1, __ATOMIC_RELAXED);
    if (request == pages->fail_request)
        return false;
    size_t held = MM_LOAD_RELAXED(&pages->held);
    /* Never more than the limit, not even for a moment: it would refuse others what is there. */
    do
        if (pages->limit && (bytes > pages->limit || held > pages->limit - bytes))
            return false;
    while (!__atomic_compare_exchange_n(&pages->held, &held, held + bytes, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED));
    held += bytes;
    size_t peak = MM_LOAD_RELAXED(&pages->peak);
    while (held > peak && !__atomic_compare_exchange_n(&pages->peak, &peak, held, true,
                                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
    return true;
}

bool
pages_commit(struct pages *pages, void *from, size_t bytes)
{
    if (!pages_charge(pages, bytes))
        return false;
    if (mprotect(from, bytes, PROT_READ | PROT_WRITE) == 0)
        return true;
    __atomic_sub_fetch(&pages->held, bytes, __ATOMIC_RELAXED);
    return false;
}

void
pages_uncharge(struct pages *pages, size_t bytes)
{
    __atomic_sub_fetch(&pages->held, bytes, __ATOMIC_RELAXED);
}

bool
pages_open(void *from, size_t bytes)
{
    return mprotect(from, bytes, PROT_READ | PROT_WRITE) == 0;
}

void
pages_close(void *from, size_t bytes)
{
    int kept = errno; /* of who frees: free leaves it alone */
    (void)mprotect(from, bytes, PROT_NONE);
    errno = kept;
}

void
pages_touch(const struct pages *pages, void *from, size_t bytes)
{
    if (bytes <= PAGES_BYTES || bytes > MM_LOAD_RELAXED(&pages->held) / TOUCH_SHARE)
        return;
    int kept = errno;
    (void)madvise(from, bytes, MADV_POPULATE_WRITE);
    errno = kept;
}

void
pages_drop(struct pages *pages, void *from, size_t bytes)
{
    int kept = errno;
    (void)madvise(from, bytes, MADV_DONTNEED);
    errno = kept;
    pages_uncharge(pages, bytes);
}

void
pages_return(struct pages *pages, void *from, size_t bytes)
{
    pages_close(from, bytes);
    pages_drop(pages, from, bytes);
}

void
pages_release(struct pages *pages, void *from, size_t bytes, size_t committed)
{
    size_t whole = ((bytes + PAGES_BYTES - 1) & ~(size_t)(PAGES_BYTES - 1)) + PAGES_BYTES;
    (void)munmap(from, whole);
    __atomic_sub_fetch(&pages->held, committed, __ATOMIC_RELAXED);
}
