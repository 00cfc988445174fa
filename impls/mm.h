/* mm.h -- the contract between workloads (benches/) and managers (impls/).
 *
 * A workload is written once, against this header, and obeys the union of what every manager
 * asks of it; the manager `checked` finds every breach.  A manager takes what it needs and
 * makes the rest vanish: each call below is inlined from its mm_impl.h, or is a slow path that
 * no inner loop calls.
 *
 * Three kinds of reference, three C types, so that most mistakes do not compile:
 *   mm_ref            a place that the manager knows: a field of an object, or a root
 *   mm_owned          an object in flight; put it into a place at once
 *   struct node *     a borrowed view of an object
 *
 * Calls that may collect, or move objects: mm_new, mm_new_array, mm_new_in, mm_new_array_in,
 * mm_resize, mm_safepoint, mm_scope_end, mm_park, mm_unpark, mm_collect, and mm_attach and
 * mm_detach.  No other call may.
 *
 * Calls that may end an object that lost its last place with them, and objects only it kept:
 * mm_store, mm_store_new, mm_copy, mm_clear, mm_cas, mm_set, mm_take, and leaving the block of
 * an MM_LOCALS.
 *
 * A borrowed view is good until a call that may collect, or until its object's last place is
 * overwritten.  An mm_owned must land (mm_take, mm_init_new, mm_store_new) before the next call
 * that may collect, or be returned.  An address is no identity and no hash.
 *
 * After mm_new the reference fields are null, in the tail too; all other bytes are undefined.
 * An object is aligned to 8 bytes, unless its type asks for more.
 *
 * Out of memory never returns to the caller: see mm_exhausted. */
#ifndef MM_H
#define MM_H

#include <string.h>

#include "mm_heap.h"

typedef struct {
    void *ptr_;
} mm_ref;
typedef struct {
    void *ptr_;
} mm_owned;

/* -- Types ------------------------------------------------------------------ */

/* What follows the fixed part of an object: n units of this. */
enum mm_tail {
    MM_TAIL_NONE,
    MM_TAIL_BYTES,
    MM_TAIL_REFS,
    MM_TAIL_ELEMENTS /* of the type `element`, which has no tail of its own */
};

enum { MM_ALIGN_DEFAULT = 8, MM_ALIGN_MAX = 64, MM_WORD_BYTES = 8, MM_REF_WORDS_MAX = 64 };

/* The manager's own notes about a type; all zero until it first sees the type. */
struct mm_type_state {
    uint32_t index;
    uint32_t spare;
};

/* What a manager may know of an object.  Static and const, made by MM_TYPE in the file that
 * allocates: with the type known at the call, size classes and bitmaps fold at compile time. */
struct mm_type {
    const char *name;
    uint32_t size;      /* bytes of the fixed part; at most 512 if it has references */
    uint16_t align;     /* 0: 8 bytes; else a power of two up to MM_ALIGN_MAX */
    uint8_t tail;       /* enum mm_tail */
    bool acyclic;       /* promise: no chain of references from such an object comes back to it */
    uint64_t ref_words; /* bit i: word i of the fixed part is an mm_ref */
    const struct mm_type *element; /* of MM_TAIL_ELEMENTS */
    struct mm_type_state *state;
};

#define MM_TYPE(NAME, object, ...)                                                    \
    static struct mm_type_state NAME##_state_;                                        \
    static const struct mm_type NAME = {                                              \
        .name = #object, .size = sizeof(object), .state = &NAME##_state_, __VA_ARGS__ \
    }

/* The bit of one field, for ref_words.  Compiles only for an mm_ref. */
/* clang-format off */
#define MM_WORD(object, field)                                                                     \
    (_Generic(((object *)0)->field, mm_ref: UINT64_C(1)) << (offsetof(object, field) / MM_WORD_BYTES))
/* clang-format on */

MM_INLINE size_t
mm_unit(const struct mm_type *type)
{
    switch (type->tail) {
    case MM_TAIL_BYTES:
        return 1;
    case MM_TAIL_REFS:
        return sizeof(mm_ref);
    case MM_TAIL_ELEMENTS:
        return type->element->size;
    default:
        return 0;
    }
}

/* Payload bytes of an object with n units in its tail. */
MM_INLINE size_t
mm_size(const struct mm_type *type, size_t n)
{
    return type->size + n * mm_unit(type);
}

/* Where the tail begins.  The fixed part's size is a multiple of 8 if the tail has references. */
MM_INLINE void *
mm_tail(const struct mm_type *type, void *obj)
{
    return (char *)obj + type->size;
}

/* The tail of an object of a type with MM_TAIL_REFS. */
MM_INLINE mm_ref *
mm_items(const struct mm_type *type, void *obj)
{
    return (mm_ref *)mm_tail(type, obj);
}

/* Whether objects of this type may hold references at all. */
MM_INLINE bool
mm_has_refs(const struct mm_type *type)
{
    return type->ref_words != 0 || type->tail == MM_TAIL_REFS ||
           (type->tail == MM_TAIL_ELEMENTS && type->element->ref_words != 0);
}

/* -- The fast half ------------------------------------------------------------
 *
 * Every manager's mm_impl.h defines all of these, by itself or by including a part.  `m` is the
 * calling thread's mutator.
 *
 * Its traits are enum { MM_FREES, MM_ROOTS, MM_BARRIER, MM_SCOPES, MM_MOVES }, each 0 or 1:
 *   MM_FREES   mm_free reclaims: a walk that only frees stands behind if (MM_FREES)
 *   MM_ROOTS   it looks at roots;  MM_BARRIER  at writes;  MM_SCOPES  mm_scope_end reclaims
 *   MM_MOVES   objects may move in a call that may collect
 *
 * A death is stated twice, by mm_free and by the end of a scope: malloc needs the first, an
 * arena the second, counting sees it when places are overwritten, tracing needs neither. */
struct mm_scope; /* a value: where a scope began */

/* -- allocation -- */

/* A new object of a type without a tail, or with an empty one. */
MM_INLINE MM_MUST_USE mm_owned mm_new(struct mm_mutator *m, const struct mm_type *type);

/* A new object with n units in its tail. */
MM_INLINE MM_MUST_USE mm_owned mm_new_array(struct mm_mutator *m, const struct mm_type *type,
                                            size_t n);

/* The same, for objects that live as long as `scope`, which is open, and not the innermost. */
MM_INLINE MM_MUST_USE mm_owned mm_new_in(struct mm_mutator *m, struct mm_scope scope,
                                         const struct mm_type *type);
MM_INLINE MM_MUST_USE mm_owned mm_new_array_in(struct mm_mutator *m, struct mm_scope scope,
                                               const struct mm_type *type, size_t n);

/* realloc: afterwards the root `slot` refers to an object with new_n units, with the fixed part
 * and the first units of the old one, which is dead.  `slot` must be the only place that refers
 * to the object, and the object must belong to the innermost scope.  References beyond old_n
 * are null, other bytes there undefined. */
MM_INLINE void mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type,
                         size_t old_n, size_t new_n);

/* A promise: nobody will use obj again, nor read a place that refers to it. */
MM_INLINE void mm_free(struct mm_mutator *m, const struct mm_type *type, void *obj);
MM_INLINE void mm_free_array(struct mm_mutator *m, const struct mm_type *type, void *obj, size_t n);

/* -- fields: places in the object obj; `value` is a borrowed view, or NULL -- */

/* Reads a place; call it as mm_get(place). */
MM_INLINE void *mm_load(const mm_ref *place);

/* The same for a place that another thread may write meanwhile; as mm_get_shared(place). */
MM_INLINE void *mm_load_shared(const mm_ref *place);

/* The first write of a field, before the next call that may collect after the object's birth. */
MM_INLINE void mm_init(struct mm_mutator *m, void *obj, mm_ref *field, void *value);
MM_INLINE void mm_init_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value);

/* Any later write; a release. */
MM_INLINE void mm_store(struct mm_mutator *m, void *obj, mm_ref *field, void *value);
MM_INLINE void mm_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value);

/* Copies n references from `from` to places in obj, as memmove does; one barrier for all. */
MM_INLINE void mm_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n);

/* Makes n references in obj null. */
MM_INLINE void mm_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n);

/* Stores `value` if the field holds `expected`, and says whether it did: the only way for two
 * threads to write one field. */
MM_INLINE bool mm_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value);

/* -- roots --
 *
 * MM_LOCALS(m, a, b, ..) declares `locals`, a pointer: locals->a is a root, null at first, until
 * the block ends by any way.  Once a function, at its outermost block; a leaf returns before it. */

/* Makes `slot`, which is static and null, a root until the heap is destroyed. */
MM_INLINE void mm_global(struct mm_mutator *m, mm_ref *slot);

/* Writes a root. */
MM_INLINE void mm_set(struct mm_mutator *m, mm_ref *slot, void *value);

/* Lands an object in a root. */
MM_INLINE void mm_take(struct mm_mutator *m, mm_ref *slot, mm_owned value);

/* Takes it out again.  The slot is spent: it may be written, but not read. */
MM_INLINE MM_MUST_USE mm_owned mm_move(struct mm_mutator *m, mm_ref *slot);

/* -- scopes, which nest, a thread for itself -- */

/* Objects made from now on die with the scope. */
MM_INLINE struct mm_scope mm_scope_begin(struct mm_mutator *m);

/* A promise: nothing made inside will be used again, and no place outside refers to it. */
MM_INLINE void mm_scope_end(struct mm_mutator *m, struct mm_scope scope);

/* The scope outside all others, for mm_new_in. */
MM_INLINE struct mm_scope mm_scope_program(struct mm_mutator *m);

/* -- threads -- */

/* A good place to wait for a collector.  Loops that do not allocate call it now and then. */
MM_INLINE void mm_safepoint(struct mm_mutator *m);

/* Between them this thread touches nothing managed: call them around what may block. */
MM_INLINE void mm_park(struct mm_mutator *m);
MM_INLINE void mm_unpark(struct mm_mutator *m);

#include "mm_impl.h"

/* Reads a place, and borrows what is there.  The place is handed over, not its value, so that a
 * manager may read it atomically. */
#define mm_get(place) mm_load(&(place))
#define mm_get_shared(place) mm_load_shared(&(place))

/* Borrows what is in flight. */
MM_INLINE void *
mm_peek(mm_owned owned)
{
    return owned.ptr_;
}

/* What watches every call: nothing, or the probe; chosen by the include path. */
#include "mm_watch.h"

#endif
