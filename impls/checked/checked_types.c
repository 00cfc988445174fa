/* checked_types.c -- reads the description of each type once, and checks that it holds together. */
#include "checked.h"

#include <stdlib.h>

/* Types are static, so what is known of them stays for the whole process. */
static struct checked_type **types;
static size_t types_count, types_room;

static void
types_refuse(const struct mm_type *type, enum checked_rule rule, bool breach)
{
    if (breach)
        checked_breach(rule, (struct checked_name){ type, 0 }, NULL);
}

/* Lists the offsets of the words, which must lie within `bytes`. */
static uint32_t
types_offsets(const struct mm_type *type, uint64_t words, size_t bytes, uint16_t *at)
{
    uint32_t count = 0;
    for (; words; words &= words - 1) {
        size_t offset = (size_t)__builtin_ctzll(words) * MM_WORD_BYTES;
        types_refuse(type, CHECKED_TYPE_REFS, offset + MM_WORD_BYTES > bytes);
        at[count++] = (uint16_t)offset;
    }
    return count;
}

static void
types_check_align(const struct mm_type *type)
{
    types_refuse(type, CHECKED_TYPE_ALIGN, (type->align & (type->align - 1)) != 0);
    types_refuse(type, CHECKED_TYPE_ALIGN, type->align > MM_ALIGN_MAX);
}

static void
types_check_element(const struct mm_type *type)
{
    const struct mm_type *element = type->element;
    types_refuse(type, CHECKED_TYPE_ELEMENT, !element);
    types_refuse(type, CHECKED_TYPE_ELEMENT, element->tail != MM_TAIL_NONE);
    types_refuse(type, CHECKED_TYPE_ELEMENT, element->size == 0);
    types_refuse(type, CHECKED_TYPE_ELEMENT,
                 element->ref_words != 0 && element->size % MM_WORD_BYTES != 0);
    types_check_align(element);
}

static struct checked_type *
types_read(const struct mm_type *type)
{
    types_check_align(type);
    types_refuse(type, CHECKED_TYPE_TAIL, type->tail > MM_TAIL_ELEMENTS);
    struct checked_type *layout = calloc(1, sizeof *layout);
    if (!layout)
        mm_exhausted(sizeof *layout, 0);
    layout->type = type;
    layout->fixed_refs = types_offsets(type, type->ref_words, type->size, layout->fixed_at);
    if (type->tail == MM_TAIL_ELEMENTS) {
        types_check_element(type);
        layout->unit_refs = types_offsets(type, type->element->ref_words, type->element->size,
                                          layout->unit_at);
    }
    if (type->tail == MM_TAIL_REFS)
        layout->unit_refs = 1; /* at offset 0 */
    types_refuse(type, CHECKED_TYPE_REFS,
                 mm_has_refs(type) && type->size > MM_REF_WORDS_MAX * MM_WORD_BYTES);
    types_refuse(type, CHECKED_TYPE_TAIL,
                 layout->unit_refs != 0 && type->size % MM_WORD_BYTES != 0);
    layout->unit_bytes = mm_unit(type);
    return layout;
}

const struct checked_type *
checked_type_of(const struct mm_type *type)
{
    if (type->state->index)
        return types[type->state->index - 1];
    struct checked_type *layout = types_read(type);
    types = checked_grow(types, &types_room, types_count + 1, sizeof types[0]);
    types[types_count++] = layout;
    type->state->index = (uint32_t)types_count;
    return layout;
}
