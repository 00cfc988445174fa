/* checked_calls.h -- the contract's names for the referee's functions. */
#ifndef CHECKED_CALLS_H
#define CHECKED_CALLS_H

MM_INLINE mm_owned
mm_new(struct mm_mutator *m, const struct mm_type *type)
{
    return checked_new(m, type, 0, "mm_new");
}

MM_INLINE mm_owned
mm_new_array(struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    return checked_new(m, type, n, "mm_new_array");
}

MM_INLINE mm_owned
mm_new_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type)
{
    return checked_new_in(m, scope, type, 0, "mm_new_in");
}

MM_INLINE mm_owned
mm_new_array_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type, size_t n)
{
    return checked_new_in(m, scope, type, n, "mm_new_array_in");
}

MM_INLINE void
mm_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
          size_t new_n)
{
    checked_resize(m, slot, type, old_n, new_n);
}

MM_INLINE void
mm_free(struct mm_mutator *m, const struct mm_type *type, void *obj)
{
    checked_free(m, type, obj, 0, "mm_free");
}

MM_INLINE void
mm_free_array(struct mm_mutator *m, const struct mm_type *type, void *obj, size_t n)
{
    checked_free(m, type, obj, n, "mm_free_array");
}

MM_INLINE void *
mm_load(const mm_ref *place)
{
    return checked_load(place, "mm_get");
}

MM_INLINE void *
mm_load_shared(const mm_ref *place)
{
    return checked_load(place, "mm_get_shared");
}

MM_INLINE void
mm_init(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    checked_init(m, obj, field, value);
}

MM_INLINE void
mm_init_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    checked_init_new(m, obj, field, value);
}

MM_INLINE void
mm_store(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    checked_store(m, obj, field, value);
}

MM_INLINE void
mm_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    checked_store_new(m, obj, field, value);
}

MM_INLINE void
mm_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n)
{
    checked_copy(m, obj, to, from, n);
}

MM_INLINE void
mm_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    checked_clear(m, obj, places, n);
}

MM_INLINE bool
mm_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    return checked_cas(m, obj, field, expected, value);
}

MM_INLINE void
mm_global(struct mm_mutator *m, mm_ref *slot)
{
    checked_global(m, slot);
}

MM_INLINE void
mm_set(struct mm_mutator *m, mm_ref *slot, void *value)
{
    checked_set(m, slot, value);
}

MM_INLINE void
mm_take(struct mm_mutator *m, mm_ref *slot, mm_owned value)
{
    checked_take(m, slot, value);
}

MM_INLINE mm_owned
mm_move(struct mm_mutator *m, mm_ref *slot)
{
    return checked_move(m, slot);
}

MM_INLINE struct mm_scope
mm_scope_begin(struct mm_mutator *m)
{
    return checked_scope_begin(m);
}

MM_INLINE void
mm_scope_end(struct mm_mutator *m, struct mm_scope scope)
{
    checked_scope_end(m, scope);
}

MM_INLINE void
mm_safepoint(struct mm_mutator *m)
{
    checked_safepoint(m);
}

MM_INLINE void
mm_park(struct mm_mutator *m)
{
    checked_park(m);
}

MM_INLINE void
mm_unpark(struct mm_mutator *m)
{
    checked_unpark(m);
}

MM_INLINE struct mm_scope
mm_scope_program(struct mm_mutator *m)
{
    (void)m;
    return (struct mm_scope){ 0 };
}

#endif
