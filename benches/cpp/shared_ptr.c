/* shared_ptr.c -- the contestant shared_ptr as the harness sees a manager: its programs make and
 * drop their objects by themselves, and malloc's books say what they hold. */
#include "mm_heap.h"
#include "parts/malloc_books.h"

struct mm_mutator {
    struct mm_heap *heap;
};

struct mm_heap {
    struct malloc_books books;
    struct mm_mutator mutator; /* one: the programs have one thread */
};

static struct mm_heap shared_ptr_heap;

static const char *
shared_ptr_version(void)
{
    return SHARED_PTR_VERSION;
}

const struct mm_manager MM_MANAGER = {
    .name = "shared_ptr",
    .summary = "C++'s std::shared_ptr, from programs of its own in benches/cpp",
    .version = shared_ptr_version,
    .max_threads = 1,
    .leaks_cycles = true,
};

const struct mm_traits MM_TRAITS = { .roots = true, .barrier = true };

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    (void)config;
    return &shared_ptr_heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    (void)heap;
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    heap->mutator.heap = heap;
    return &heap->mutator;
}

void
mm_detach(struct mm_mutator *m)
{
    (void)m;
}

void
mm_collect(struct mm_mutator *m)
{
    (void)m;
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    malloc_books_read(&heap->books, out);
}

void
mm_heap_park(struct mm_mutator *m)
{
    (void)m;
}

void
mm_heap_unpark(struct mm_mutator *m)
{
    (void)m;
}
