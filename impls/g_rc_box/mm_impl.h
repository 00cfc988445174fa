/* g_rc_box -- GLib's counted boxes: a place that is written acquires, and releases in full. */
#include "parts/no_free.h"
#include "parts/no_scopes.h"
#include "parts/no_safepoints.h"
#include "parts/plain_loads.h"
#include "parts/null_refs.h"
#include "rc_box.h"

enum { MM_ROOTS = 1, MM_BARRIER = 1, MM_MOVES = 0 };

struct mm_mutator {
    struct mm_heap *heap;
};

/* An object of a type with an alignment of its own. */
MM_SLOW void *rc_box_new_aligned(const struct mm_type *type, size_t n);

MM_SLOW void *rc_box_resize(struct mm_mutator *m, void *obj, const struct mm_type *type,
                            size_t old_n, size_t new_n);

/* Lets go of n references at `to`, but not before the references from `from` are there, or null if
 * that is NULL: the holder of either may die of it. */
MM_SLOW void rc_box_replace(mm_ref *to, const mm_ref *from, size_t n);

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    (void)m;
    void *obj;
    if (type->align > MM_ALIGN_DEFAULT) {
        obj = rc_box_new_aligned(type, n);
    } else {
        void *box = g_rc_box_alloc(RC_BOX_FRONT + mm_size(type, n));
        MM_OPAQUE(box);
        obj = rc_box_dress(type, box, RC_BOX_FRONT);
    }
    null_refs(type, obj, n);
    return (mm_owned){ obj };
}

MM_INLINE mm_owned
mm_new(struct mm_mutator *m, const struct mm_type *type)
{
    return mm_new_array(m, type, 0);
}

MM_INLINE void
mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
          size_t new_n)
{
    slot->ptr_ = rc_box_resize(m, slot->ptr_, type, old_n, new_n);
}

#include "rc_box_places.h"
