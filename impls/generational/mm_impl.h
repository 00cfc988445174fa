/* generational -- sticky mark bits: most collections mark only what was made since the last one. */
#include "parts/block_heap.h"
#include "parts/no_free.h"
#include "parts/no_scopes.h"
#include "parts/plain_loads.h"
#include "parts/plain_roots.h"
#include "parts/world_calls.h"

enum { MM_MOVES = 0, MM_BARRIER = 1 };

/* `value` is about to be stored into `place` of obj, which is old or large: remembers that if value
 * is young, so that the next collection looks there. */
void generational_remember(struct mm_mutator *m, void *obj, mm_ref *place, const void *value);

/* The same for n references. */
void generational_remember_range(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from,
                                 size_t n);

/* Whether the barrier need not look any further: obj is a small one, and young or remembered. */
MM_INLINE bool
generational_passes(const struct mm_mutator *m, const void *obj)
{
    size_t offset = (uintptr_t)obj - (uintptr_t)m->cells;
    return MM_LIKELY(offset < m->cells_bytes) &&
           MM_LIKELY(MM_LOAD_RELAXED(&m->marks[offset / 16]) != m->old);
}

/* An object is young until the next call that may collect, so it need not be remembered. */
MM_INLINE void
mm_init(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    (void)m, (void)obj;
    field->ptr_ = value;
}

MM_INLINE void
mm_init_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    mm_init(m, obj, field, value.ptr_);
}

MM_INLINE void
mm_store(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    if (value && !generational_passes(m, obj))
        generational_remember(m, obj, field, value);
    MM_STORE_RELEASE(&field->ptr_, value);
}

MM_INLINE void
mm_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    mm_store(m, obj, field, value.ptr_);
}

MM_INLINE void
mm_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n)
{
    if (!generational_passes(m, obj))
        generational_remember_range(m, obj, to, from, n);
    memmove(to, from, n * sizeof *to);
}

/* What is null refers to nothing young. */
MM_INLINE void
mm_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    (void)m, (void)obj;
    memset(places, 0, n * sizeof *places);
}

MM_INLINE bool
mm_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    if (value && !generational_passes(m, obj))
        generational_remember(m, obj, field, value);
    return __atomic_compare_exchange_n(&field->ptr_, &expected, value, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}
