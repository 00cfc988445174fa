/* boehm.c -- how the collector is set up, which roots it is told, and what it says of itself.
 *
 * The collector is one for the process; the heap made here is a view of it.  Its static roots are
 * cleared after it has started, so that it scans thread stacks, registers, and what mm_global
 * names, and nothing else.
 *
 * A mutator's free lists are its own, in memory that the collector does not scan.  While the
 * world stands still it is called back, and marks every cell on them, so that none is taken for
 * garbage; it does the same for the lists that it keeps for each thread. */
#include "mm.h"

#include "parts/events.h"

#include <gc/gc_mark.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* The collector's tables, for every block of the heap: a header with a mark byte for each
 * granule, and its place in the index; it takes memory for them in steps. */
enum { BLOCK_BYTES = 4096, BLOCK_TABLE_BYTES = 352, TABLES_STEP_BYTES = 16 * BLOCK_BYTES };

enum { DIVISOR_AT_100_PERCENT = 2 }; /* it collects after 2/divisor of the live size */

struct boehm_mutator {
    struct mm_mutator fast;
    struct boehm_mutator *next;
    pthread_t thread;
    uint32_t ordinal;
    bool registered; /* by mm_attach: the main thread is known to the collector anyway */
};

struct mm_heap {
    struct events events;
    size_t limit;
    uint64_t peak_held_bytes;
    uint64_t collections_before;
    uint64_t stop_ns, reclaim_ns; /* since when */
    struct boehm_mutator *mutators;
    uint32_t attached; /* so far */
    GC_push_other_roots_proc push_other_roots;
};

static struct mm_heap boehm_heap;

static const char *
boehm_version(void)
{
    static char text[32];
    unsigned version = GC_get_version();
    snprintf(text, sizeof text, "Boehm %u.%u.%u", version >> 16, version >> 8 & 0xff,
             version & 0xff);
    return text;
}

const struct mm_manager MM_MANAGER = {
    .name = "boehm",
    .summary = "the conservative mark-sweep collector of Boehm, Demers and Weiser",
    .version = boehm_version,
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = true,
    .emits_events = true,
    .collects = true,
};

/* -- allocation ---------------------------------------------------------------- */

void
boehm_refill(struct mm_mutator *m, int kind, size_t granules)
{
    void **list = &m->lists[kind][granules];
    GC_generic_malloc_many(granules * GC_GRANULE_BYTES, kind, list);
    if (!*list)
        mm_exhausted(granules * GC_GRANULE_BYTES, boehm_heap.limit);
}

/* Cells are aligned to a granule: the object begins at one of the first addresses in a larger
 * cell.  Such references are recognised, since mm_heap_create registers the displacements. */
void *
boehm_new_aligned(int kind, size_t bytes, size_t align)
{
    size_t whole = bytes + align;
    char *cell = kind == GC_I_NORMAL ? GC_malloc(whole) : GC_malloc_atomic(whole);
    return cell + (-(uintptr_t)cell & (align - 1));
}

static void *GC_CALLBACK
boehm_out_of_memory(size_t bytes)
{
    mm_exhausted(bytes, boehm_heap.limit);
}

/* -- roots ------------------------------------------------------------------------ */

void
boehm_add_root(mm_ref *slot)
{
    GC_add_roots(slot, slot + 1);
}

static void GC_CALLBACK
boehm_push_roots(void)
{
    for (struct boehm_mutator *m = boehm_heap.mutators; m; m = m->next)
        for (int kind = 0; kind < BOEHM_KINDS; kind++)
            for (size_t granules = 0; granules < GC_TINY_FREELISTS; granules++)
                for (void **cell = m->fast.lists[kind][granules]; cell; cell = *cell)
                    GC_set_mark_bit(cell);
    boehm_heap.push_other_roots();
}

/* -- events -------------------------------------------------------------------------- */

/* The ordinal of the mutator on this thread, which holds the collector's lock. */
static uint32_t
boehm_ordinal(void)
{
    pthread_t self = pthread_self();
    for (struct boehm_mutator *m = boehm_heap.mutators; m; m = m->next)
        if (pthread_equal(m->thread, self))
            return m->ordinal;
    return MM_NO_MUTATOR;
}

/* Bytes are those in blocks that are not empty: what it marked is not told. */
static void
boehm_emit(enum mm_event_kind kind, uint64_t begin_ns)
{
    events_end(&boehm_heap.events, kind, boehm_ordinal(), begin_ns,
               GC_get_heap_size() - GC_get_free_bytes());
}

static void GC_CALLBACK
boehm_collection_event(GC_EventType event)
{
    switch (event) {
    case GC_EVENT_PRE_STOP_WORLD:
        boehm_heap.stop_ns = events_begin(&boehm_heap.events);
        break;
    case GC_EVENT_POST_START_WORLD:
        boehm_emit(MM_EVENT_STOP, boehm_heap.stop_ns);
        break;
    case GC_EVENT_RECLAIM_START:
        boehm_heap.reclaim_ns = events_begin(&boehm_heap.events);
        break;
    case GC_EVENT_RECLAIM_END:
        boehm_emit(MM_EVENT_SWEEP_SLICE, boehm_heap.reclaim_ns);
        break;
    default:
        break;
    }
}

/* -- the heap --------------------------------------------------------------------------- */

static uint64_t
boehm_held(void)
{
    return GC_get_obtained_from_os_bytes() - GC_get_unmapped_bytes();
}

static void GC_CALLBACK
boehm_heap_resized(GC_word bytes)
{
    (void)bytes;
    if (boehm_held() > boehm_heap.peak_held_bytes)
        boehm_heap.peak_held_bytes = boehm_held();
}

static void
boehm_start(const struct mm_config *config)
{
    GC_set_no_dls(1);
    GC_set_all_interior_pointers(0); /* stacks and registers may still point inside */
    for (size_t offset = GC_GRANULE_BYTES; offset < MM_ALIGN_MAX; offset += GC_GRANULE_BYTES)
        GC_register_displacement(offset);
    GC_set_markers_count(config->cores ? config->cores : 1);
    GC_set_warn_proc(GC_ignore_warn_proc);
    GC_INIT();
    GC_clear_roots();
    GC_allow_register_threads();
    if (config->cores > 1)
        GC_start_mark_threads();
    boehm_heap.push_other_roots = GC_get_push_other_roots();
    GC_set_push_other_roots(boehm_push_roots);
    GC_set_on_heap_resize(boehm_heap_resized);
}

/* The collector's own limit does not know its tables, so their share is taken off before.  A heap
 * that is asked for at once is used up before it collects. */
static void
boehm_limit(size_t limit)
{
    size_t tables = GC_get_obtained_from_os_bytes() - GC_get_heap_size() + TABLES_STEP_BYTES;
    size_t least = tables + GC_get_heap_size() + BLOCK_BYTES;
    if (limit < least)
        mm_exhausted(least, limit);
    size_t bytes = (limit - tables) / (BLOCK_BYTES + BLOCK_TABLE_BYTES) * BLOCK_BYTES;
    GC_set_max_heap_size(bytes);
    if (bytes > GC_get_heap_size() && !GC_expand_hp(bytes - GC_get_heap_size()))
        mm_exhausted(bytes, limit);
    /* Else it would ask for more before it has collected, be refused, and give up. */
    GC_set_dont_expand(1);
}

/* Touches the expanded heap, as one object that is freed at once. */
static void
boehm_populate(void)
{
    size_t bytes = GC_get_heap_size() / 8 * 7;
    void *all = GC_malloc_atomic_ignore_off_page(bytes);
    memset(all, 0, bytes);
    GC_free(all);
}

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    if (!GC_is_init_called())
        boehm_start(config);
    events_init(&boehm_heap.events, config);
    GC_set_on_collection_event(config->event ? boehm_collection_event : NULL);
    GC_set_oom_fn(boehm_out_of_memory);
    boehm_heap.limit = config->heap_bytes;
    unsigned growth = config->growth_percent ? config->growth_percent : 100;
    unsigned divisor = (DIVISOR_AT_100_PERCENT * 100 + growth / 2) / growth;
    GC_set_free_space_divisor(divisor ? divisor : 1);
    if (config->heap_bytes)
        boehm_limit(config->heap_bytes);
    if (config->heap_bytes && config->populate)
        boehm_populate();
    boehm_heap.collections_before = GC_get_gc_no();
    boehm_heap_resized(0);
    return &boehm_heap;
}

/* The collector cannot be ended, but what it can give back, it does. */
void
mm_heap_destroy(struct mm_heap *heap)
{
    GC_clear_roots();
    GC_set_on_collection_event(NULL);
    GC_set_max_heap_size(0);
    GC_gcollect_and_unmap();
    heap->peak_held_bytes = 0;
}

/* -- threads ------------------------------------------------------------------------------ */

static void *GC_CALLBACK
boehm_link(void *user)
{
    struct boehm_mutator *m = user;
    m->ordinal = boehm_heap.attached++;
    m->next = boehm_heap.mutators;
    boehm_heap.mutators = m;
    return NULL;
}

static void *GC_CALLBACK
boehm_unlink(void *user)
{
    struct boehm_mutator **place = &boehm_heap.mutators;
    while (*place != user)
        place = &(*place)->next;
    *place = (*place)->next;
    return NULL;
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    (void)heap;
    struct boehm_mutator *m = calloc(1, sizeof *m);
    if (!m)
        mm_exhausted(sizeof *m, 0);
    struct GC_stack_base base;
    (void)GC_get_stack_base(&base);
    m->registered = GC_register_my_thread(&base) == GC_SUCCESS;
    m->thread = pthread_self();
    GC_call_with_alloc_lock(boehm_link, m);
    return &m->fast;
}

/* Cells left on the lists are found unmarked by the next collection. */
void
mm_detach(struct mm_mutator *fast)
{
    struct boehm_mutator *m = (struct boehm_mutator *)fast;
    GC_call_with_alloc_lock(boehm_unlink, m);
    if (m->registered)
        GC_unregister_my_thread();
    free(m);
}

void
mm_collect(struct mm_mutator *m)
{
    (void)m;
    GC_gcollect();
}

/* -- the books -------------------------------------------------------------------------------- */

static void GC_CALLBACK
boehm_count(void *obj, size_t bytes, void *user)
{
    (void)obj;
    *(uint64_t *)user += bytes;
}

/* What the last collection marked, and what was allocated since. */
static void *GC_CALLBACK
boehm_live(void *user)
{
    uint64_t *live = user;
    *live = GC_get_bytes_since_gc();
    GC_enumerate_reachable_objects_inner(boehm_count, live);
    return NULL;
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    uint64_t live = 0;
    GC_call_with_alloc_lock(boehm_live, &live);
    boehm_heap_resized(0);
    *out = (struct mm_stats){
        .held_bytes = boehm_held(),
        .peak_held_bytes = heap->peak_held_bytes,
        .live_bytes = live,
        .owed_bytes = MM_UNKNOWN,
        .collections = GC_get_gc_no() - heap->collections_before,
        MM_STATS_NOT_COUNTED,
    };
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    (void)heap;
    return GC_base((void *)(uintptr_t)obj) != NULL;
}

void
mm_verify(struct mm_heap *heap)
{
    (void)heap;
}
