/* null_refs.h -- makes the reference fields of a fresh object null, and nothing else.
 *
 * For a constant type all of this folds to a store or two: the fixed part is nulled from its
 * first reference to its last in one piece, and what the workload overwrites at once vanishes. */
#ifndef PARTS_NULL_REFS_H
#define PARTS_NULL_REFS_H

MM_INLINE void
null_refs(const struct mm_type *type, void *obj, size_t n)
{
    if (type->ref_words) {
        size_t first = (size_t)__builtin_ctzll(type->ref_words);
        size_t last = 63 - (size_t)__builtin_clzll(type->ref_words);
        memset((char *)obj + first * MM_WORD_BYTES, 0, (last - first + 1) * MM_WORD_BYTES);
    }
    if (type->tail == MM_TAIL_REFS || (type->tail == MM_TAIL_ELEMENTS && type->element->ref_words))
        memset(mm_tail(type, obj), 0, n * mm_unit(type));
}

/* The units from old_n to new_n of an object that grew. */
MM_INLINE void
null_refs_grown(const struct mm_type *type, void *obj, size_t old_n, size_t new_n)
{
    bool refs = type->tail == MM_TAIL_REFS ||
                (type->tail == MM_TAIL_ELEMENTS && type->element->ref_words != 0);
    if (refs && new_n > old_n)
        memset((char *)obj + mm_size(type, old_n), 0, (new_n - old_n) * mm_unit(type));
}

#endif
