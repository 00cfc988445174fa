/* checked_space.c -- memory that marches: each generation of objects lies at fresh addresses.
 *
 * One range of address space is reserved.  A generation is a run of pages in it: objects are
 * placed at its end, each behind a word that leads to its record.  At a check the survivors are
 * copied into the next generation, which begins behind this one, and this one becomes
 * inaccessible; what lay there is remembered for the last generations, so that a fault can be
 * named.  Only when the range is used up does it begin anew.
 *
 * From an address inside an object to its start: a map has one bit for each 8 bytes of the
 * generation, set where an object starts, and a table has for each page the last start before
 * it.  A search looks at no more than the 8 words of map of a page.
 *
 * Invariants:
 *   S1  every set bit of the map is the start of an object whose header leads to its record,
 *       and whose record leads back
 *   S2  the objects of a generation lie between its begin and its next, and that is committed
 *
 * Cost: 8 bytes a word for the header, 1/64 for the map, 1/512 for the table. */
#include "checked.h"
#include "checked_poison.h"

#include <stdlib.h>

enum {
    SPACE_STEP = 1 << 16,        /* committed at once */
    SPACE_GENERATIONS = 1 << 12, /* remembered at most */
    SPACE_REMEMBERED = 1 << 20,  /* objects remembered at most, but for the last generation */
    SPACE_GARBAGE = 64 << 20,    /* bytes that may lie about before a check is due */
    SPACE_BITS = 64
};

/* Under TSan each byte once touched costs four that never come back. */
#if defined(__SANITIZE_THREAD__)
#define SPACE_MARCH ((size_t)1 << 28)
#else
#define SPACE_MARCH ((size_t)1 << 40)
#endif

struct remembered {
    uint32_t end; /* enum checked_end */
    bool freed;
    const char *end_call;
    const char *start;
    struct checked_name name;
};

struct generation {
    const char *begin, *next; /* the past: what was used of it */
    const char *call;         /* that ended it */
    struct remembered *objects;
    size_t count;
};

static struct {
    char *base, *end;
    size_t march;                /* it begins anew behind this many bytes */
    char *begin, *next, *limit;  /* of the present generation */
    char *old_begin, *old_limit; /* of the one before, while it is copied */
    size_t survivors;            /* bytes copied into the present one */
    uint64_t *map;
    size_t map_room, page_room;
    const char **pages; /* the start of the object that reaches into this page */
    struct generation past[SPACE_GENERATIONS];
    size_t past_first, past_count; /* a ring */
    size_t remembered;
} space;

static void
space_forget(void)
{
    struct generation *oldest = &space.past[space.past_first];
    space.remembered -= oldest->count;
    free(oldest->objects);
    space.past_first = (space.past_first + 1) % SPACE_GENERATIONS;
    space.past_count--;
}

void
checked_space_release(void)
{
    while (space.past_count)
        space_forget();
    free(space.map);
    free(space.pages);
    ASAN_UNPOISON_MEMORY_REGION(space.begin, (size_t)(space.limit - space.begin));
    pages_release(&checked_heap.pages, space.base, (size_t)(space.end - space.base),
                  (size_t)(space.limit - space.begin));
    memset(&space, 0, sizeof space);
}

static size_t
space_granule(const char *address)
{
    return (size_t)(address - space.begin) / MM_WORD_BYTES;
}

static size_t
space_page(const char *address)
{
    return (size_t)(address - space.begin) / PAGES_BYTES;
}

/* Grows the map and the table with the generation; what is new of them is clear. */
static void
space_cover(void)
{
    size_t words = space_granule(space.limit) / SPACE_BITS + 1;
    size_t pages = space_page(space.limit) + 1;
    size_t room = space.map_room;
    space.map = checked_grow(space.map, &space.map_room, words, sizeof space.map[0]);
    memset(space.map + room, 0, (space.map_room - room) * sizeof space.map[0]);
    room = space.page_room;
    space.pages = checked_grow(space.pages, &space.page_room, pages, sizeof space.pages[0]);
    memset(space.pages + room, 0, (space.page_room - room) * sizeof space.pages[0]);
}

void
checked_space_init(const struct mm_config *config)
{
    memset(&space, 0, sizeof space);
    pages_init(&checked_heap.pages, config);
    checked_heap.pages.limit = 0;
    size_t bytes = (size_t)1 << 40;
    for (; bytes > SPACE_STEP && !space.base; bytes /= 2)
        space.base = pages_reserve(&checked_heap.pages, bytes);
    if (!space.base)
        mm_exhausted(bytes, 0);
    space.end = space.base + bytes * 2;
    space.march = SPACE_MARCH < bytes * 2 ? SPACE_MARCH : bytes * 2;
    space.begin = space.next = space.limit = space.base;
    space_cover();
}

static void
space_commit(char *upto)
{
    size_t bytes = ((size_t)(upto - space.limit) + SPACE_STEP - 1) & ~(size_t)(SPACE_STEP - 1);
    if (bytes > (size_t)(space.end - space.limit) ||
        !pages_commit(&checked_heap.pages, space.limit, bytes))
        mm_exhausted(bytes, 0);
    ASAN_UNPOISON_MEMORY_REGION(space.limit, bytes);
    space.limit += bytes;
    space_cover();
}

static struct checked_object **
space_header(const char *start)
{
    return (struct checked_object **)(void *)((uintptr_t)start - sizeof(struct checked_object *));
}

/* The last start at or before an address, on its page or reaching into it; NULL: none. */
static const char *
space_start_before(const char *address)
{
    size_t granule = space_granule(address);
    size_t first = space_page(address) * (PAGES_BYTES / MM_WORD_BYTES) / SPACE_BITS;
    uint64_t mask = UINT64_MAX >> (SPACE_BITS - 1 - granule % SPACE_BITS);
    for (size_t word = granule / SPACE_BITS + 1; word-- > first; mask = UINT64_MAX)
        if (space.map[word] & mask)
            return space.begin + (word * SPACE_BITS + SPACE_BITS - 1 -
                                  (size_t)__builtin_clzll(space.map[word] & mask)) *
                                     MM_WORD_BYTES;
    return space.pages[space_page(address)];
}

/* The header before `start` was written over, by the object before it. */
MM_NORETURN static void
space_overrun(const char *start)
{
    const char *before = (const char *)space_header(start) - 1;
    if (before >= space.begin)
        before = space_start_before(before);
    else
        before = NULL;
    checked_breach(CHECKED_OVERRUN, checked_name_of(before ? *space_header(before) : NULL), NULL);
}

void
checked_space_intact(const struct checked_object *object)
{
    if (*space_header(object->payload) != object)
        space_overrun(object->payload);
}

char *
checked_space_place(struct checked_object *object, size_t bytes, size_t align)
{
    size_t cell = (bytes + MM_WORD_BYTES - 1) & ~(size_t)(MM_WORD_BYTES - 1);
    if (cell == 0)
        cell = MM_WORD_BYTES;
    if (cell > (size_t)(space.end - space.next) - PAGES_ALIGN)
        mm_exhausted(bytes, 0);
    char *start = space.next + sizeof(struct checked_object *);
    start += -(uintptr_t)start & (align - 1);
    if (start + cell > space.limit)
        space_commit(start + cell);
    if (*space_header(start))
        space_overrun(start); /* fresh memory is zero */
    *space_header(start) = object;
    space.map[space_granule(start) / SPACE_BITS] |= UINT64_C(1)
                                                    << space_granule(start) % SPACE_BITS;
    for (size_t page = space_page(start) + 1; page <= space_page(start + cell - 1); page++)
        space.pages[page] = start;
    space.next = start + cell;
    return start;
}

struct checked_object *
checked_space_find(const void *address)
{
    const char *at = address;
    if (at < space.begin || at >= space.next)
        return NULL;
    const char *start = space_start_before(at);
    if (!start)
        return NULL;
    struct checked_object *object = *space_header(start);
    size_t bytes = mm_size(object->member.type, object->member.length);
    return (size_t)(at - start) < (bytes ? bytes : 1) ? object : NULL;
}

bool
checked_space_spans(const void *address)
{
    return (const char *)address >= space.base && (const char *)address < space.end;
}

bool
checked_space_is_full(void)
{
    size_t used = (size_t)(space.next - space.begin);
    return used > 2 * space.survivors + SPACE_GARBAGE;
}

/* What was at an address of a past generation: the last object that starts at or before it. */
static const struct remembered *
space_recall(const struct generation *past, const char *at)
{
    size_t low = 0, high = past->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (past->objects[middle].start <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &past->objects[low - 1] : NULL;
}

static void
space_stale_in(const struct generation *past, const char *at)
{
    const struct remembered *object = space_recall(past, at);
    if (!object)
        return;
    if (object->end == CHECKED_END_RESIZED)
        checked_breach(CHECKED_RESIZED_USED, object->name, object->end_call);
    if (object->freed)
        checked_breach(CHECKED_FREED_USED, object->name, object->end_call);
    if (object->end == CHECKED_END_SCOPE)
        checked_breach(CHECKED_SCOPE_USED, object->name, object->end_call);
    if (object->end != CHECKED_ALIVE)
        checked_breach(CHECKED_UNROOTED, object->name, past->call);
    checked_breach(CHECKED_MOVED, object->name, past->call);
}

void
checked_space_stale(const void *address)
{
    const char *at = address;
    for (size_t i = space.past_count; i-- > 0;) {
        size_t slot = (space.past_first + i) % SPACE_GENERATIONS;
        const struct generation *past = &space.past[slot];
        if (at >= past->begin && at < past->next)
            space_stale_in(past, at);
    }
    enum checked_rule rule = at >= space.begin ? CHECKED_NO_OBJECT : CHECKED_MOVED;
    checked_breach(rule, (struct checked_name){ 0 }, NULL);
}

/* Writes down who lies where, in the order of addresses. */
static void
space_remember(const char *call)
{
    size_t count = checked_heap.count;
    if (space.past_count == SPACE_GENERATIONS)
        space_forget();
    while (space.past_count && space.remembered + count > SPACE_REMEMBERED)
        space_forget();
    struct generation *past =
        &space.past[(space.past_first + space.past_count++) % SPACE_GENERATIONS];
    *past = (struct generation){ .begin = space.begin, .next = space.next, .call = call };
    past->objects = malloc((count + 1) * sizeof past->objects[0]);
    if (!past->objects)
        mm_exhausted((count + 1) * sizeof past->objects[0], 0);
    size_t words = space.next > space.begin ? space_granule(space.next - 1) / SPACE_BITS + 1 : 0;
    for (size_t word = 0; word < words; word++)
        for (uint64_t bits = space.map[word]; bits; bits &= bits - 1) {
            size_t granule = word * SPACE_BITS + (size_t)__builtin_ctzll(bits);
            const char *start = space.begin + granule * MM_WORD_BYTES;
            const struct checked_object *object = *space_header(start);
            past->objects[past->count++] = (struct remembered){
                .end = object->end,
                .freed = object->freed,
                .end_call = object->end_call,
                .start = start,
                .name = checked_name_of(object),
            };
        }
    space.remembered += past->count;
}

void
checked_space_turn(size_t bytes, const char *call)
{
    const char *behind = space.next + sizeof(struct checked_object *);
    if (behind <= space.limit && *space_header(behind))
        space_overrun(behind);
    space_remember(call);
    memset(space.map, 0, (space_granule(space.limit) / SPACE_BITS + 1) * sizeof space.map[0]);
    memset(space.pages, 0, (space_page(space.limit) + 1) * sizeof space.pages[0]);
    space.old_begin = space.begin;
    space.old_limit = space.limit;
    space.survivors = bytes;
    /* Anew from the base if the march is over, and the base is far enough behind. */
    size_t ahead = 2 * (size_t)(space.next - space.begin) + SPACE_STEP;
    if ((size_t)(space.limit - space.base) > space.march &&
        (size_t)(space.old_begin - space.base) > ahead)
        space.limit = space.base;
    space.begin = space.next = space.limit;
}

void
checked_space_drop(void)
{
    if (space.old_limit > space.old_begin)
        pages_return(&checked_heap.pages, space.old_begin,
                     (size_t)(space.old_limit - space.old_begin));
    space.old_begin = space.old_limit = NULL;
}

static void
space_verify_object(size_t granule)
{
    const char *start = space.begin + granule * MM_WORD_BYTES;
    const struct checked_object *object = *space_header(start);
    mm_assert(object->payload == start);                                                  /* S1 */
    mm_assert(start + mm_size(object->member.type, object->member.length) <= space.next); /* S2 */
}

void
checked_space_verify(void)
{
    mm_assert(space.begin <= space.next && space.next <= space.limit); /* S2 */
    if (space.next == space.begin)
        return;
    for (size_t word = 0; word <= space_granule(space.next - 1) / SPACE_BITS; word++)
        for (uint64_t bits = space.map[word]; bits; bits &= bits - 1)
            space_verify_object(word * SPACE_BITS + (size_t)__builtin_ctzll(bits));
}
