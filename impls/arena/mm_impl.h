/* arena -- bump allocation in the range of the innermost scope, whose end reclaims all at once. */
#include "parts/no_roots.h"
#include "parts/no_barrier.h"
#include "parts/no_free.h"
#include "parts/no_safepoints.h"
#include "parts/null_refs.h"
#include "parts/debug_fill.h"
#include "parts/size_classes.h"
#include "arena_level.h"

enum { MM_SCOPES = 1, MM_MOVES = 0 };

/* The bytes that an object takes of its level. */
MM_INLINE size_t
arena_bytes(const struct mm_type *type, size_t n)
{
    size_t bytes = size_aligned(mm_size(type, n), MM_ALIGN_DEFAULT);
    return bytes ? bytes : MM_ALIGN_DEFAULT;
}

/* Whether a type has a tail with references, which may be long. */
MM_INLINE bool
arena_has_ref_tail(const struct mm_type *type)
{
    return type->tail == MM_TAIL_REFS ||
           (type->tail == MM_TAIL_ELEMENTS && type->element->ref_words != 0);
}

/* Takes bytes at *next, which is of the level whose limit is given.  Below the limit all has been
 * used before; only the slow half may find memory that needs no nulling. */
MM_INLINE void *
arena_bump(struct mm_mutator *m, struct arena_level *level, char **next, char *limit,
           const struct mm_type *type, size_t n)
{
    size_t bytes = arena_bytes(type, n);
    bool is_null = false;
    uintptr_t at = (uintptr_t)*next;
    if (type->align > MM_ALIGN_DEFAULT)
        at = size_aligned(at, type->align);
    if (MM_UNLIKELY(at + bytes > (uintptr_t)limit)) {
        is_null = arena_has_ref_tail(type);
        at = is_null ? arena_more_nulled(m, level, bytes, type->align)
                     : arena_more(m, level, bytes, type->align);
    }
    char *obj = (char *)at; /* NOLINT(performance-no-int-to-ptr) */
    *next = obj + bytes;
    debug_fill(obj, DEBUG_FILL_FRESH, bytes);
    if (MM_DEBUG || !is_null)
        null_refs(type, obj, n);
    return obj;
}

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    return (mm_owned){ arena_bump(m, m->level, &m->next, m->limit, type, n) };
}

MM_INLINE mm_owned
mm_new(struct mm_mutator *m, const struct mm_type *type)
{
    return mm_new_array(m, type, 0);
}

MM_INLINE mm_owned
mm_new_array_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type, size_t n)
{
    struct arena_level *level = scope.level;
    mm_assert_slow(level < m->level);
    return (mm_owned){ arena_bump(m, level, &level->next, level->limit, type, n) };
}

MM_INLINE mm_owned
mm_new_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type)
{
    return mm_new_array_in(m, scope, type, 0);
}

/* The last object of a level grows and shrinks where it stands. */
MM_INLINE void
mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
          size_t new_n)
{
    slot->ptr_ = arena_resize(m, type, slot->ptr_, old_n, new_n);
}

MM_INLINE struct mm_scope
mm_scope_begin(struct mm_mutator *m)
{
    struct arena_level *outer = m->level, *level = outer + 1;
    outer->next = m->next;
    m->level = level;
    m->next = level->range.base;
    m->limit = level->limit;
    if (MM_UNLIKELY(--level->countdown == 0))
        arena_look(m);
    return (struct mm_scope){ level };
}

MM_INLINE void
mm_scope_end(struct mm_mutator *m, struct mm_scope scope)
{
    struct arena_level *level = scope.level;
    mm_assert_slow(level == m->level);
    debug_fill(level->range.base, DEBUG_FILL_DEAD, (size_t)(m->next - level->range.base));
    level--;
    m->level = level;
    m->next = level->next;
    m->limit = level->limit;
}

MM_INLINE struct mm_scope
mm_scope_program(struct mm_mutator *m)
{
    return (struct mm_scope){ m->levels };
}
