/* no_free.h -- the manager finds out by itself what is dead. */
#ifndef PARTS_NO_FREE_H
#define PARTS_NO_FREE_H

enum { MM_FREES = 0 };

MM_INLINE void
mm_free(struct mm_mutator *m, const struct mm_type *type, void *obj)
{
    (void)m, (void)type, (void)obj;
}

MM_INLINE void
mm_free_array(struct mm_mutator *m, const struct mm_type *type, void *obj, size_t n)
{
    (void)m, (void)type, (void)obj, (void)n;
}

#endif
