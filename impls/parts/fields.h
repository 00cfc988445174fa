/* fields.h -- visits every reference field of an object, by its type. */
#ifndef PARTS_FIELDS_H
#define PARTS_FIELDS_H

/* Calls visit(user, place) for each place in obj, which has n units in its tail. */
MM_INLINE void
fields_each_word(uint64_t words, void *base, void (*visit)(void *user, mm_ref *place), void *user)
{
    for (; words; words &= words - 1)
        visit(user, (mm_ref *)base + __builtin_ctzll(words));
}

MM_INLINE void
fields_each(const struct mm_type *type, void *obj, size_t n,
            void (*visit)(void *user, mm_ref *place), void *user)
{
    fields_each_word(type->ref_words, obj, visit, user);
    if (type->tail == MM_TAIL_REFS)
        for (size_t i = 0; i < n; i++)
            visit(user, mm_items(type, obj) + i);
    if (type->tail == MM_TAIL_ELEMENTS && type->element->ref_words)
        for (size_t i = 0; i < n; i++)
            fields_each_word(type->element->ref_words,
                             (char *)mm_tail(type, obj) + i * type->element->size, visit, user);
}

#endif
