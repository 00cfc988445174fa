/* pooled.c -- the manager's books, and what its slow paths do when memory is short: return
 * what is warm, take back what can be, give up.  How the cells are kept: parts/slabs.h. */
#include "mm.h"

struct mm_heap {
    struct slabs slabs; /* first: see slabs_create */
};

const struct mm_manager MM_MANAGER = {
    .name = "pooled",
    .summary = "segregated free lists by size class, sized free, no headers",
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = true,
    .emits_events = true,
};

MM_NORETURN static void
pooled_give_up(const struct mm_mutator *m, size_t bytes)
{
    mm_exhausted(bytes, m->cells.slabs->spans.pages.limit);
}

void *
pooled_refill(struct mm_mutator *m, unsigned class_index)
{
    void *cell = slabs_refill(&m->cells, class_index);
    if (!cell)
        pooled_give_up(m, size_class_bytes(class_index));
    return cell;
}

void *
pooled_new_large(struct mm_mutator *m, size_t bytes)
{
    char *start = slabs_refill_large(&m->cells, bytes);
    if (!start)
        pooled_give_up(m, bytes);
    return start + slabs_lead(start, bytes);
}

void
pooled_free_large(struct mm_mutator *m, void *obj)
{
    slabs_free_large(&m->cells, obj);
}

static void *
pooled_new_bytes(struct mm_mutator *m, size_t bytes)
{
    if (bytes > SIZE_CLASS_MAX)
        return pooled_new_large(m, bytes);
    unsigned class_index = size_class(bytes);
    void *cell = slabs_pop(&m->cells, class_index);
    return cell ? cell : pooled_refill(m, class_index);
}

static bool
pooled_resize_in_place(struct mm_mutator *m, void *obj, size_t old_bytes, size_t new_bytes)
{
    if (old_bytes > SIZE_CLASS_MAX)
        return new_bytes > SIZE_CLASS_MAX && slabs_resize_large(&m->cells, obj, new_bytes);
    return new_bytes <= SIZE_CLASS_MAX && size_class(old_bytes) == size_class(new_bytes);
}

void *
pooled_resize(struct mm_mutator *m, void *obj, size_t old_bytes, size_t new_bytes)
{
    size_t kept = old_bytes < new_bytes ? old_bytes : new_bytes;
    if (!pooled_resize_in_place(m, obj, old_bytes, new_bytes)) {
        void *old = obj;
        obj = memcpy(pooled_new_bytes(m, new_bytes), old, kept);
        debug_fill(old, DEBUG_FILL_DEAD, old_bytes);
        if (old_bytes > SIZE_CLASS_MAX)
            pooled_free_large(m, old);
        else
            slabs_push_next(&m->cells, old, old_bytes);
    }
    debug_fill((char *)obj + kept, DEBUG_FILL_FRESH, new_bytes - kept);
    return obj;
}

/* -- the slow half of the contract -- */

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct slabs *slabs = slabs_create(config, sizeof(struct mm_heap));
    if (!slabs)
        mm_exhausted(sizeof(struct mm_heap), config->heap_bytes);
    return (struct mm_heap *)slabs;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    slabs_destroy(&heap->slabs);
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    struct slab_cache *cache = slabs_attach(&heap->slabs, sizeof(struct mm_mutator));
    if (!cache)
        mm_exhausted(sizeof(struct mm_mutator), heap->slabs.spans.pages.limit);
    return (struct mm_mutator *)cache;
}

void
mm_detach(struct mm_mutator *m)
{
    slabs_detach(&m->cells);
}

/* Everything dead was stated dead; what is left to do is to sort, and to return pages. */
void
mm_collect(struct mm_mutator *m)
{
    slabs_relieve(&m->cells);
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    slabs_stats(&heap->slabs, out);
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    return slabs_owns(&heap->slabs, obj);
}

void
mm_verify(struct mm_heap *heap)
{
    slabs_verify(&heap->slabs);
}
