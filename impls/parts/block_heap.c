/* block_heap.c -- the heap as a whole, the slow paths of allocation, and the calls of mm_heap.h
 * that are the same for every manager on it.
 *
 * The limit bounds all that is held: blocks and large ranges, mark bytes, tables, mark stack,
 * mutators, and their root stacks as far as they were seen to be touched.  A small part of it is
 * kept from cells, for mutators and tables that come later. */
#include "parts/block_heap_books.h"

#include "parts/assert.h"
#include "parts/root_stack_memory.h"

enum {
    GLOBALS_MAX = 1 << 20,
    GROWTH_PERCENT = 100,     /* without a limit, if nothing else is said */
    HEAP_BYTES_MIN = 4 << 20, /* of a goal */
    RESERVE_BYTES = 16 << 10, /* kept from cells, besides a part of the limit */
    PAST_SHARE = 10,          /* of the goal, by which it may be passed */
    EVENT_NS = 20000          /* what took longer is told, even if it did nothing */
};
#define SPAN_BYTES ((size_t)256 << 30) /* of address space, if there is no limit */

/* -- The heap --------------------------------------------------------------------------- */

bool
block_heap_extend(struct block_heap *heap, void *table, size_t *committed, size_t bytes)
{
    bytes = (bytes + PAGES_BYTES - 1) & ~(size_t)(PAGES_BYTES - 1);
    if (bytes <= *committed)
        return true;
    if (!pages_commit(&heap->pages, (char *)table + *committed, bytes - *committed))
        return false;
    MM_STORE_RELAXED(committed, bytes); /* block_heap_most may read it beside the marker */
    return true;
}

size_t
block_heap_headroom(const struct block_heap *heap)
{
    size_t held = MM_LOAD_RELAXED(&heap->pages.held);
    return heap->budget > held ? heap->budget - held : 0;
}

size_t
block_heap_excess(const struct block_heap *heap, size_t bytes)
{
    size_t wanted = MM_LOAD_RELAXED(&heap->pages.held) + bytes;
    return wanted > heap->budget ? wanted - heap->budget : 0;
}

/* Held, and in no object's way: free and dead blocks and pages. */
static size_t
block_heap_idle(const struct block_heap *heap)
{
    return ((size_t)(heap->free.count + heap->dead_blocks) << BLOCK_SHIFT) +
           (heap->large.free_pages + heap->large.dead_pages) * PAGES_BYTES;
}

size_t
block_heap_room(const struct block_heap *heap)
{
    return block_heap_headroom(heap) / 17 * 16 + block_heap_idle(heap);
}

/* What the limit leaves for cells, when the mark stack has what it will need. */
static size_t
block_heap_most(const struct block_heap *heap)
{
    if (!heap->budget_max)
        return SIZE_MAX;
    size_t wanted = heap->marker.wanted, committed = MM_LOAD_RELAXED(&heap->marker.committed);
    size_t kept = wanted > committed ? wanted - committed : 0;
    return heap->budget_max > kept ? heap->budget_max - kept : 0;
}

bool
block_heap_may_grow(const struct block_heap *heap)
{
    return heap->budget < block_heap_most(heap);
}

/* What is held for cells of so many bytes: tables, and a sixteenth for blocks that are not full. */
static size_t
block_heap_held_for(const struct block_heap *heap, size_t bytes)
{
    size_t cells = heap->cells_committed +
                   (heap->large.used_pages + heap->large.free_pages) * PAGES_BYTES;
    size_t tables = MM_LOAD_RELAXED(&heap->pages.held) - cells;
    bytes = bytes < HEAP_BYTES_MIN ? HEAP_BYTES_MIN : bytes;
    return tables + bytes + bytes / 16;
}

/* What was born while the last cycle ran does not count as live: a goal that grew by it would have
 * more born while the next one runs, and so on. */
static size_t
block_heap_grown(const struct block_heap *heap)
{
    size_t found = heap->live_bytes - heap->born_bytes;
    return found + found / 100 * heap->growth_percent;
}

/* What the live size and its growth ask for.  What was born may live, and then there must be room
 * for the next cycle to find that out: a sixteenth of what the growth, up to 100 percent, would
 * give. */
static size_t
block_heap_goal(const struct block_heap *heap)
{
    size_t live = heap->live_bytes, goal = block_heap_grown(heap);
    size_t percent = heap->growth_percent < 100 ? heap->growth_percent : 100;
    size_t least = live + live / 1600 * percent;
    return block_heap_held_for(heap, goal > least ? goal : least);
}

size_t
block_heap_past_goal(const struct block_heap *heap)
{
    size_t held = MM_LOAD_RELAXED(&heap->pages.held);
    size_t goal = heap->growth_percent ? block_heap_goal(heap) : held;
    return held > goal ? held - goal : 0;
}

void
block_heap_set_budget(struct block_heap *heap, size_t bytes)
{
    size_t most = block_heap_most(heap);
    heap->budget = heap->growth_percent ? block_heap_goal(heap) : most;
    /* What is idle may be in pieces too small, and what is held may be far beyond the goal: then
     * there must be room even when all that is idle has gone back. */
    size_t held = MM_LOAD_RELAXED(&heap->pages.held), idle = block_heap_idle(heap);
    size_t least = (held > idle ? held - idle : 0) + 2 * bytes +
                   block_supply_cost(heap, BLOCK_ROOM);
    if (heap->growth_percent && heap->budget < least)
        heap->budget = least;
    heap->budget = heap->budget < most ? heap->budget : most;
    block_supply_trim_begin(heap);
}

bool
block_heap_stretch_budget(struct block_heap *heap)
{
    size_t most = block_heap_most(heap), before = heap->budget;
    size_t goal = heap->growth_percent ? block_heap_held_for(heap, block_heap_grown(heap)) : most;
    size_t stretched = goal < most / (PAST_SHARE + 1) * PAST_SHARE ? goal + goal / PAST_SHARE
                                                                   : most;
    heap->budget = stretched > before ? stretched : before;
    return heap->budget > before;
}

bool
block_heap_uses_past_goal(const struct block_heap *heap)
{
    size_t past = block_heap_past_goal(heap), idle = block_heap_idle(heap);
    return past > idle + heap->budget / PAST_SHARE;
}

bool
block_heap_stretch_for_large(struct block_heap *heap, size_t bytes)
{
    if (!block_heap_may_grow(heap) || block_heap_past_goal(heap) > heap->budget / PAST_SHARE)
        return false;
    block_heap_set_budget(heap, bytes);
    return true;
}

static void
block_heap_reserve(struct block_heap *heap, size_t span)
{
    heap->blocks_max = (uint32_t)((span + BLOCK_BYTES - 1) / BLOCK_BYTES);
    heap->cells_bytes = (size_t)heap->blocks_max << BLOCK_SHIFT;
    heap->cells = pages_reserve(&heap->pages, heap->cells_bytes);
    heap->marks = pages_reserve(&heap->pages, (size_t)heap->blocks_max * BLOCK_MARKS);
    heap->blocks = pages_reserve(&heap->pages, heap->blocks_max * sizeof *heap->blocks);
    heap->links = pages_reserve(&heap->pages, heap->blocks_max * sizeof *heap->links);
    heap->globals = pages_reserve(&heap->pages, GLOBALS_MAX * sizeof *heap->globals);
    if (!heap->cells || !heap->marks || !heap->blocks || !heap->links || !heap->globals ||
        !block_large_create(heap, 2 * ((span + PAGES_BYTES - 1) / PAGES_BYTES)))
        mm_exhausted(span, heap->pages.limit);
}

void
block_heap_create(struct block_heap *heap, const struct mm_config *config, size_t bytes)
{
    size_t span = config->heap_bytes ? config->heap_bytes : SPAN_BYTES;
    pages_init(&heap->pages, config);
    events_init(&heap->events, config);
    if (!pages_charge(&heap->pages, bytes))
        mm_exhausted(bytes, config->heap_bytes);
    heap->collect_always = config->collect_always;
    heap->hole_bytes = config->collect_always ? 0 : HOLE_BYTES_MAX;
    heap->growth_percent = config->growth_percent;
    if (!config->heap_bytes && !config->growth_percent)
        heap->growth_percent = GROWTH_PERCENT;
    heap->live = heap->mark = 2;
    world_create(&heap->world, config->seed);
    block_heap_reserve(heap, span);
    block_kinds_create(heap);
    block_holes_create(heap);
    marker_create(heap, (span / 8 + PAGES_BYTES) & ~(size_t)(PAGES_BYTES - 1));
    if (config->heap_bytes) {
        size_t kept = RESERVE_BYTES + span / 64;
        heap->budget_max = span > kept ? span - kept : 1;
    }
    block_heap_set_budget(heap, 0);
}

void
block_heap_create_counts(struct block_heap *heap)
{
    size_t bytes = (size_t)heap->blocks_max * BLOCK_MARKS;
    mm_assert(heap->blocks_top == 0);
    heap->counts = pages_reserve(&heap->pages, bytes);
    if (!heap->counts)
        mm_exhausted(bytes, heap->pages.limit);
}

void
block_heap_destroy(struct block_heap *heap)
{
    world_destroy(&heap->world);
    pages_release(&heap->pages, heap->cells, heap->cells_bytes, heap->cells_committed);
    pages_release(&heap->pages, heap->marks, (size_t)heap->blocks_max * BLOCK_MARKS,
                  heap->marks_committed);
    pages_release(&heap->pages, heap->blocks, heap->blocks_max * sizeof *heap->blocks,
                  heap->blocks_committed);
    pages_release(&heap->pages, heap->links, heap->blocks_max * sizeof *heap->links,
                  heap->links_committed);
    pages_release(&heap->pages, heap->globals, GLOBALS_MAX * sizeof *heap->globals,
                  heap->globals_committed);
    if (heap->counts)
        pages_release(&heap->pages, heap->counts, (size_t)heap->blocks_max * BLOCK_MARKS,
                      heap->counts_committed);
    block_large_destroy(heap);
    block_kinds_destroy(heap);
    marker_destroy(heap);
}

void
block_heap_event(struct mm_mutator *m, enum mm_event_kind kind, uint64_t begin, uint64_t bytes)
{
    const struct events *events = &m->heap->events;
    if (begin && (bytes || events_clock() - begin > EVENT_NS))
        events_end(events, kind, m->ordinal, begin, bytes);
}

void
block_heap_trim(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    if (!block_heap_excess(heap, 0))
        return;
    (void)block_large_sweep(heap, SIZE_MAX);
    block_large_return(m, 0);
    block_supply_return(m, 0);
}

/* -- Allocation --------------------------------------------------------------------------- */

static void
block_heap_tell(struct mm_mutator *m)
{
    m->heap->handed_bytes += m->handed_bytes;
    m->handed_bytes = 0;
}

/* Takes the lock, and lets others stop the world.  Waiting for somebody who is at the system for
 * memory is told as if this thread had been there. */
static void
block_heap_lock(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    uint64_t begin = events_begin(&heap->events);
    world_lock(&heap->world);
    if (heap->world.stopping)
        world_pause(m);
    else
        block_heap_event(m, MM_EVENT_PAGE_REQUEST, begin, 0);
}

/* Takes the lock, and lets the manager do its part. */
static size_t
block_heap_enter(struct mm_mutator *m, const struct mm_type *type, size_t bytes)
{
    struct block_heap *heap = m->heap;
    block_heap_lock(m);
    block_heap_tell(m);
    size_t kind = block_kinds_find(heap, type, bytes);
    if (bytes <= CELL_BYTES_MAX)
        block_holes_tell(m, kind);
    if (!kind || !root_stack_charge(&m->roots, &heap->pages, &m->roots_charged))
        mm_exhausted(bytes, heap->pages.limit);
    block_supply_trim_step(m);
    collector_pace(m, bytes > CELL_BYTES_MAX ? bytes : BLOCK_BYTES);
    return kind;
}

/* A type that was not seen before may be of a kind that was: then its hole has room yet. */
static bool
block_heap_has_hole(struct mm_mutator *m, size_t kind)
{
    return m->bump[kind].next != m->bump[kind].limit || block_holes_next(m, kind);
}

void *
block_heap_refill(struct mm_mutator *m, const struct mm_type *type, size_t bytes)
{
    struct block_heap *heap = m->heap;
    size_t kind = CELL_CLASSES + cell_class(bytes);
    if (mm_has_refs(type)) {
        kind = MM_LOAD_ACQUIRE(&type->state->index);
        kind += kind && type->tail != MM_TAIL_NONE ? cell_class(bytes) : 0;
    }
    if (MM_LOAD_RELAXED(&heap->hole_bytes) < HOLE_BYTES_MAX || !kind ||
        !block_holes_next(m, kind)) {
        kind = block_heap_enter(m, type, bytes);
        for (unsigned attempt = 0; !block_heap_has_hole(m, kind) && !block_holes_take(m, kind);)
            collector_make_room(m, bytes, attempt++);
        world_unlock(&heap->world);
    }
    struct bump *bump = &m->bump[kind];
    char *cell = bump->next;
    bump->next = cell + bytes;
    return cell;
}

/* Its memory is brought in, or its references nulled, after the lock: nobody stops the world
 * meanwhile, for this mutator runs, and nobody knows the object. */
void *
block_heap_large(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    struct block_heap *heap = m->heap;
    size_t bytes = cell_bytes(type, n);
    bool zero;
    size_t kind = block_heap_enter(m, type, bytes);
    uint64_t begin = events_begin(&heap->events);
    void *obj = block_large_new(m, kind, bytes, &zero);
    for (unsigned attempt = 0; !obj;) {
        collector_make_room(m, bytes, attempt++);
        begin = events_begin(&heap->events);
        obj = block_large_new(m, kind, bytes, &zero);
    }
    world_unlock(&heap->world);
    if (zero)
        pages_touch(&heap->pages, obj, bytes);
    else if (mm_has_refs(type))
        null_refs(type, obj, n);
    block_heap_event(m, MM_EVENT_PAGE_REQUEST, begin, zero ? bytes : 0);
    return obj;
}

void
block_heap_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
                  size_t new_n)
{
    size_t copied = mm_size(type, old_n < new_n ? old_n : new_n);
    void *fresh = block_heap_large(m, type, new_n);
    uint64_t begin = events_begin(&m->heap->events);
    memcpy(fresh, slot->ptr_, copied);
    slot->ptr_ = fresh;
    block_heap_event(m, MM_EVENT_PAGE_REQUEST, begin, 0);
}

/* -- The calls of mm_heap.h ------------------------------------------------------------------- */

struct mm_mutator *
mm_attach(struct mm_heap *whole)
{
    struct block_heap *heap = (struct block_heap *)whole;
    const size_t reserved = sizeof(struct mm_mutator) + KINDS_MAX * sizeof(struct bump);
    struct mm_mutator *m = pages_reserve(&heap->pages, reserved);
    size_t committed = 0;
    if (!m || !block_heap_extend(heap, m, &committed, sizeof *m))
        mm_exhausted(reserved, heap->pages.limit);
    m->heap = heap;
    m->committed = committed;
    if (!root_stack_create(&m->roots, &heap->pages))
        mm_exhausted(ROOT_STACK_BYTES, heap->pages.limit);
    world_lock(&heap->world);
    world_attach(&heap->world, m);
    collector_attach(m);
    mm_assert(MM_MANAGER.max_threads > 1 || !m->following);
    if (!block_kinds_extend_mutator(m, heap->kinds_count) ||
        !root_stack_charge(&m->roots, &heap->pages, &m->roots_charged))
        mm_exhausted(reserved, heap->pages.limit);
    world_unlock(&heap->world);
    return m;
}

void
mm_detach(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    world_lock(&heap->world);
    world_pause(m);
    block_heap_tell(m);
    collector_detach(m);
    for (uint32_t kind = 0; kind < m->bumps; kind++)
        block_holes_leave(m, kind);
    world_detach(&heap->world, m);
    world_unlock(&heap->world);
    root_stack_destroy(&m->roots, &heap->pages, m->roots_charged);
    pages_release(&heap->pages, m, sizeof *m + KINDS_MAX * sizeof(struct bump), m->committed);
}

void
block_heap_global(struct mm_mutator *m, mm_ref *slot)
{
    struct block_heap *heap = m->heap;
    world_lock(&heap->world);
    if (heap->globals_count == GLOBALS_MAX ||
        !block_heap_extend(heap, heap->globals, &heap->globals_committed,
                           (heap->globals_count + 1) * sizeof *heap->globals))
        mm_exhausted(sizeof *heap->globals, heap->pages.limit);
    heap->globals[heap->globals_count++] = slot;
    world_unlock(&heap->world);
}

void
mm_stats(struct mm_heap *whole, struct mm_stats *out)
{
    struct block_heap *heap = (struct block_heap *)whole;
    size_t unused = 0, unswept = 0;
    world_lock(&heap->world);
    for (struct mm_mutator *m = heap->world.mutators; m; m = m->following) {
        block_heap_tell(m);
        for (uint32_t kind = 0; kind < m->bumps; kind++)
            unused += (size_t)(m->bump[kind].limit - m->bump[kind].next);
    }
    for (size_t kind = 0; kind < heap->kinds_count; kind++)
        unswept += heap->books[kind].unswept.count;
    *out = (struct mm_stats){
        .held_bytes = MM_LOAD_RELAXED(&heap->pages.held),
        .peak_held_bytes = MM_LOAD_RELAXED(&heap->pages.peak),
        .live_bytes = heap->live_bytes + heap->handed_bytes - unused,
        .owed_bytes = (unswept << BLOCK_SHIFT) + heap->large.dead_pages * PAGES_BYTES,
        .collections = heap->cycles + heap->young_cycles,
        .marking = block_heap_is_marking(heap),
        MM_STATS_NOT_COUNTED,
    };
    world_unlock(&heap->world);
}

bool
block_heap_owns(const struct block_heap *heap, const void *obj)
{
    size_t offset = block_heap_offset(heap, obj);
    if (offset < (size_t)heap->blocks_top << BLOCK_SHIFT) {
        const struct kind *kind = &heap->kinds[heap->blocks[offset >> BLOCK_SHIFT].kind];
        size_t inside = offset % BLOCK_BYTES;
        return kind->bytes && inside % kind->bytes == 0 && inside / kind->bytes < kind->cells;
    }
    const struct large_space *space = &heap->large;
    size_t page = ((uintptr_t)obj - (uintptr_t)space->base) / PAGES_BYTES;
    return page <= space->last && page < space->top && (uintptr_t)obj % PAGES_BYTES == 0 &&
           space->table[page].pages && space->table[page].state == LARGE_USED;
}

/* A collector's own thread may be giving memory back. */
bool
mm_owns(const struct mm_heap *whole, const void *obj)
{
    struct block_heap *heap = (struct block_heap *)whole;
    world_lock(&heap->world);
    bool owns = block_heap_owns(heap, obj);
    world_unlock(&heap->world);
    return owns;
}
