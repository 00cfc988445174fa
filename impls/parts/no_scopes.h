/* no_scopes.h -- the end of a scope reclaims nothing, and all scopes are one. */
#ifndef PARTS_NO_SCOPES_H
#define PARTS_NO_SCOPES_H

enum { MM_SCOPES = 0 };

struct mm_scope {
    char unused_;
};

MM_INLINE struct mm_scope
mm_scope_begin(struct mm_mutator *m)
{
    (void)m;
    return (struct mm_scope){ 0 };
}

MM_INLINE void
mm_scope_end(struct mm_mutator *m, struct mm_scope scope)
{
    (void)m, (void)scope;
}

MM_INLINE struct mm_scope
mm_scope_program(struct mm_mutator *m)
{
    (void)m;
    return (struct mm_scope){ 0 };
}

MM_INLINE mm_owned
mm_new_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type)
{
    (void)scope;
    return mm_new(m, type);
}

MM_INLINE mm_owned
mm_new_array_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type, size_t n)
{
    (void)scope;
    return mm_new_array(m, type, n);
}

#endif
