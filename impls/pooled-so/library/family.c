/* family.c -- the malloc family of libheapstakes-pooled.so, over the slabs of parts/slabs.h.
 *
 * malloc has no type, so the size comes from the address: a table of one entry for each 64 KiB of
 * the heap leads to the slab and to its owner.  Only the first entry of a slab has an owner (S6 in
 * parts/spans.h), so one comparison tells the usual free, of a cell of this thread's own in a slab
 * of one unit, from all others.
 *
 * What is unspecified is as in glibc: malloc(0) is an object of its own, realloc(p, 0) frees and
 * gives NULL, memalign rounds an alignment up to a power of two, free leaves errno alone.
 *
 * Cost: 14 instructions for malloc up to 1 KiB and 17 for free, returns not counted, where there is
 * a cell and the slab is this thread's. */
#define _GNU_SOURCE
#include "family.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "family_watch.h"

static void *
family_fail(int error)
{
    errno = error;
    return NULL;
}

/* -- making -- */

/* The class is not taken from the table, which the first call finds empty; and attaching may have
 * brought cells of it. */
static MM_SLOW void *
family_refill(size_t bytes)
{
    unsigned class_index = size_class(family_rounded(bytes));
    struct slab_cache *cache = family_attach();
    void *cell = cache ? slabs_pop(cache, class_index) : NULL;
    if (cache && !cell)
        cell = slabs_refill(cache, class_index);
    return cell ? cell : family_fail(ENOMEM);
}

/* An object in a span of its own, where that is best for it; one that asks for an alignment of more
 * than a line begins where its span does, or, above that of a unit, somewhere within. */
static MM_SLOW void *
family_new_large(size_t bytes, size_t align)
{
    size_t most = (size_t)SPAN_UNITS_MAX * SPAN_UNIT_BYTES;
    size_t slack = align > SPAN_UNIT_BYTES ? align - SPAN_UNIT_BYTES : 0;
    struct slab_cache *cache = family_attach();
    if (!cache || bytes > most || slack > most - bytes)
        return family_fail(ENOMEM);
    char *start = slabs_refill_large(cache, bytes + slack);
    if (!start)
        return family_fail(ENOMEM);
    size_t lead = align <= FAMILY_LINE ? slabs_lead(start, bytes) : 0;
    void *obj = (void *)size_aligned((uintptr_t)start + lead, align);
    family_span(cache, start)->free = obj; /* where a free must point to */
    return obj;
}

/* Above the table. */
static MM_NOINLINE void *
family_new_any(size_t bytes)
{
    if (bytes > SIZE_CLASS_MAX)
        return family_new_large(bytes, FAMILY_ALIGN);
    unsigned class_index = size_class(family_rounded(bytes));
    void *cell = slabs_pop(family_cache, class_index);
    return MM_LIKELY(cell != NULL) ? cell : family_refill(bytes);
}

MM_INLINE void *
family_new(size_t bytes)
{
    if (MM_UNLIKELY(bytes > FAMILY_TABLE_MAX))
        return family_new_any(bytes);
    unsigned class_index = family_classes[(bytes + 7) / 8];
    void *cell = slabs_pop(family_cache, class_index);
    return MM_LIKELY(cell != NULL) ? cell : family_refill(bytes);
}

/* `align` is a power of two.  A cell of a size that is a multiple of it is aligned to it. */
static void *
family_new_aligned(size_t align, size_t bytes)
{
    void *obj = NULL;
    if (bytes > PTRDIFF_MAX)
        return family_fail(ENOMEM);
    size_t rounded = size_aligned(bytes ? bytes : 1, align);
    if (rounded <= SIZE_CLASS_MAX)
        obj = family_new(rounded);
    else if (align <= PTRDIFF_MAX)
        obj = family_new_large(bytes ? bytes : 1, align);
    else
        return family_fail(ENOMEM);
    return family_began(obj, bytes);
}

/* Whether a new object reads as zero already. */
static bool
family_is_clean(const void *obj)
{
    return family_span(family_cache, obj)->clean;
}

/* -- ending -- */

/* Not a cell of this thread's own in a slab of one unit. */
static MM_NOINLINE void
family_free_any(void *obj)
{
    struct slab_cache *cache = family_cache;
    struct span *span = family_span(cache, obj);
    if (span_kind(span) == SPAN_LARGE)
        slabs_free_large(cache, spans_start(&cache->slabs->spans, span));
    else if (MM_LOAD_RELAXED(&span->owner) == cache)
        slabs_push_own(cache, span, obj);
    else
        slabs_free_remote(span, obj);
}

MM_INLINE void
family_free(void *obj)
{
    struct slab_cache *cache = family_cache;
    struct span *slab = spans_entry(cache->bias, obj);
    if (MM_LIKELY(MM_LOAD_RELAXED(&slab->owner) == cache))
        slabs_push_own(cache, slab, obj);
    else
        family_free_any(obj);
}

/* -- sizes -- */

bool
family_is_inside(const struct slab_cache *cache, const void *address)
{
    const struct spans *spans = &cache->slabs->spans;
    size_t offset = (uintptr_t)address - (uintptr_t)spans->base;
    return cache->slabs && offset < (size_t)MM_LOAD_RELAXED(&spans->top) * SPAN_UNIT_BYTES;
}

/* The bytes that an object may use. */
static size_t
family_usable(const void *obj)
{
    const struct slab_cache *cache = family_cache;
    const struct span *span = family_span(cache, obj);
    if (span_kind(span) == SPAN_SLAB)
        return span->cell_bytes;
    size_t offset = (size_t)((const char *)obj - spans_start(&cache->slabs->spans, span));
    return span_kind(span) == SPAN_LARGE ? span_committed(span) - offset : 0;
}

/* Whether an object has become one of so many bytes where it stands.  It moves if that leaves it
 * less than half of its cell. */
static bool
family_resize(void *obj, size_t have, size_t bytes)
{
    struct slab_cache *cache = family_cache;
    struct span *span = family_span(cache, obj);
    if (span_kind(span) == SPAN_SLAB)
        return bytes <= have && (bytes >= have / 2 || have <= FAMILY_ALIGN);
    if (bytes <= have && bytes >= have - have / 8)
        return true;
    return bytes > SIZE_CLASS_MAX && spans_entry(cache->bias, obj) == span &&
           slabs_resize_large(cache, obj, bytes);
}

static void *
family_realloc(void *obj, size_t bytes)
{
    if (!obj)
        return family_began(family_new(bytes), bytes);
    family_used("realloc", obj);
    size_t have = family_usable(obj);
    if (bytes > 0 && family_resize(obj, have, bytes))
        return obj;
    void *fresh = bytes > 0 ? family_began(family_new(bytes), bytes) : NULL;
    if (!fresh && bytes > have)
        return NULL;
    if (!fresh && bytes > 0) /* no memory for a smaller cell: it stays */
        return obj;
    if (fresh)
        memcpy(fresh, obj, have < bytes ? have : bytes);
    family_ends("realloc", obj);
    family_free(obj);
    return fresh;
}

static bool
family_is_power_of_two(size_t number)
{
    return number > 0 && (number & (number - 1)) == 0;
}

/* -- the family -- */

MM_EXPORT void *
malloc(size_t bytes)
{
    return family_began(family_new(bytes), bytes);
}

MM_EXPORT void
free(void *obj)
{
    if (MM_UNLIKELY(!obj))
        return;
    family_ends("free", obj);
    family_free(obj);
}

MM_EXPORT void *
calloc(size_t n, size_t each)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, each, &bytes))
        return family_fail(ENOMEM);
    void *obj = family_new(bytes);
    if (!obj)
        return NULL;
    family_began(obj, 0);
    if (bytes <= SIZE_CLASS_MAX || !family_is_clean(obj))
        memset(obj, 0, bytes);
    return obj;
}

MM_EXPORT void *
realloc(void *obj, size_t bytes)
{
    return family_realloc(obj, bytes);
}

MM_EXPORT void *
reallocarray(void *obj, size_t n, size_t each)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, each, &bytes))
        return family_fail(ENOMEM);
    return family_realloc(obj, bytes);
}

MM_EXPORT void *
aligned_alloc(size_t align, size_t bytes)
{
    if (!family_is_power_of_two(align))
        return family_fail(EINVAL);
    return family_new_aligned(align, bytes);
}

MM_EXPORT void *
memalign(size_t align, size_t bytes)
{
    size_t power = FAMILY_ALIGN;
    while (power < align && power <= PTRDIFF_MAX)
        power *= 2;
    return power < align ? family_fail(EINVAL) : family_new_aligned(power, bytes);
}

MM_EXPORT int
posix_memalign(void **place, size_t align, size_t bytes)
{
    if (!family_is_power_of_two(align) || align % sizeof(void *) != 0)
        return EINVAL;
    int kept = errno;
    void *obj = family_new_aligned(align, bytes);
    errno = kept;
    if (!obj)
        return ENOMEM;
    *place = obj;
    return 0;
}

MM_EXPORT void *
valloc(size_t bytes)
{
    return family_new_aligned((size_t)sysconf(_SC_PAGESIZE), bytes);
}

MM_EXPORT void *
pvalloc(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (bytes > PTRDIFF_MAX)
        return family_fail(ENOMEM);
    return family_new_aligned(page, bytes ? size_aligned(bytes, page) : page);
}

/* 0 for what is no object of this library. */
MM_EXPORT size_t
malloc_usable_size(void *obj)
{
    if (!obj || (!MM_DEBUG && !family_is_inside(family_cache, obj)))
        return 0;
    family_used("malloc_usable_size", obj);
    return family_usable(obj);
}

/* Gives back what is warm, and what of this thread's can be; `keep` is not looked at. */
MM_EXPORT int
malloc_trim(size_t keep)
{
    (void)keep;
    struct slab_cache *cache = family_attach();
    if (!cache)
        return 0;
    size_t held = MM_LOAD_RELAXED(&cache->slabs->spans.pages.held);
    slabs_relieve(cache);
    return MM_LOAD_RELAXED(&cache->slabs->spans.pages.held) < held;
}

/* arena: held now; usmblks: the most ever held; keepcost: what malloc_trim could give back at
 * least; uordblks: the rest, free cells included. */
MM_EXPORT struct mallinfo2
mallinfo2(void)
{
    struct mallinfo2 info = { .arena = 0 };
    struct slab_cache *cache = family_attach();
    if (cache) {
        const struct spans *spans = &cache->slabs->spans;
        info.arena = MM_LOAD_RELAXED(&spans->pages.held);
        info.usmblks = MM_LOAD_RELAXED(&spans->pages.peak);
        info.keepcost = MM_LOAD_RELAXED(&spans->warm_bytes);
        info.fordblks = info.keepcost;
        info.uordblks = info.arena - info.keepcost;
    }
    return info;
}
