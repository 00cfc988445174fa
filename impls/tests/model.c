/* model.c -- see model.h. */
#include "model.h"

#include <stdlib.h>

struct leaf {
    uint64_t word;
};
struct link {
    mm_ref next;
};
struct pair {
    mm_ref left, right;
    uint64_t word;
};
struct six {
    uint64_t first;
    mm_ref a, b;
    uint64_t second;
    mm_ref c, d, e;
    uint64_t third;
    mm_ref f;
};
struct wide {
    mm_ref first;
    uint64_t some[30];
    mm_ref middle;
    uint64_t more[31];
    mm_ref last;
};
struct plain {
    uint64_t words[375];
};
struct aligned {
    uint64_t words[3];
    mm_ref ref;
};
struct line {
    uint64_t words[8];
};
struct string {
    mm_ref owner;
    uint64_t hash;
};
struct row {
    uint64_t word;
};
struct table {
    mm_ref meta;
    uint64_t count;
};
struct entry {
    uint64_t key;
    mm_ref value;
    uint64_t hash;
    mm_ref other;
};
struct sample {
    uint64_t time;
    uint32_t value, flags;
};
struct ring {
    mm_ref next, previous, other;
    uint64_t word;
};

MM_TYPE(LEAF, struct leaf, .acyclic = true);
MM_TYPE(LINK, struct link, .ref_words = MM_WORD(struct link, next), .acyclic = true);
MM_TYPE(PAIR, struct pair, .ref_words = MM_WORD(struct pair, left) | MM_WORD(struct pair, right));
MM_TYPE(SIX, struct six,
        .ref_words = MM_WORD(struct six, a) | MM_WORD(struct six, b) | MM_WORD(struct six, c) |
                     MM_WORD(struct six, d) | MM_WORD(struct six, e) | MM_WORD(struct six, f));
MM_TYPE(WIDE, struct wide,
        .ref_words = MM_WORD(struct wide, first) | MM_WORD(struct wide, middle) |
                     MM_WORD(struct wide, last));
MM_TYPE(PLAIN, struct plain, .acyclic = true);
MM_TYPE(ALIGNED, struct aligned, .align = 32, .ref_words = MM_WORD(struct aligned, ref));
MM_TYPE(LINE, struct line, .align = 64, .acyclic = true);
MM_TYPE(STRING, struct string, .tail = MM_TAIL_BYTES, .ref_words = MM_WORD(struct string, owner));
MM_TYPE(FRAME, struct line, .align = 64, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(ROW, struct row, .tail = MM_TAIL_REFS);
MM_TYPE(ENTRY, struct entry,
        .ref_words = MM_WORD(struct entry, value) | MM_WORD(struct entry, other));
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_ELEMENTS, .element = &ENTRY,
        .ref_words = MM_WORD(struct table, meta));
MM_TYPE(SAMPLE, struct sample, .acyclic = true);
MM_TYPE(SAMPLES, struct row, .tail = MM_TAIL_ELEMENTS, .element = &SAMPLE, .acyclic = true);
MM_TYPE(RING, struct ring,
        .ref_words = MM_WORD(struct ring, next) | MM_WORD(struct ring, previous) |
                     MM_WORD(struct ring, other));

/* Without a fixed part: MM_TYPE takes its size from a struct, and none has size 0. */
static struct mm_type_state BYTES_state_, BARE_state_;
static const struct mm_type BYTES = {
    .name = "bytes", .tail = MM_TAIL_BYTES, .acyclic = true, .state = &BYTES_state_
};
static const struct mm_type BARE = { .name = "bare", .tail = MM_TAIL_REFS, .state = &BARE_state_ };

const struct mm_type *const MODEL_TYPES[MODEL_KINDS] = {
    [MODEL_LEAF] = &LEAF,       [MODEL_LINK] = &LINK,   [MODEL_PAIR] = &PAIR,
    [MODEL_SIX] = &SIX,         [MODEL_WIDE] = &WIDE,   [MODEL_PLAIN] = &PLAIN,
    [MODEL_ALIGNED] = &ALIGNED, [MODEL_LINE] = &LINE,   [MODEL_BYTES] = &BYTES,
    [MODEL_STRING] = &STRING,   [MODEL_FRAME] = &FRAME, [MODEL_ROW] = &ROW,
    [MODEL_BARE] = &BARE,       [MODEL_TABLE] = &TABLE, [MODEL_SAMPLES] = &SAMPLES,
    [MODEL_RING] = &RING,
};

/* -- shapes -- */

static bool
model_word_is_ref(const struct mm_type *type, size_t word)
{
    size_t fixed = type->size / MM_WORD_BYTES;
    if (word < fixed)
        return word < MM_REF_WORDS_MAX && (type->ref_words >> word & 1);
    if (type->tail == MM_TAIL_REFS)
        return true;
    if (type->tail != MM_TAIL_ELEMENTS)
        return false;
    return type->element->ref_words >> ((word - fixed) % (type->element->size / MM_WORD_BYTES)) & 1;
}

static uint32_t
model_refs_n(const struct mm_type *type, uint32_t n)
{
    uint32_t refs = (uint32_t)__builtin_popcountll(type->ref_words);
    if (type->tail == MM_TAIL_REFS)
        refs += n;
    if (type->tail == MM_TAIL_ELEMENTS)
        refs += n * (uint32_t)__builtin_popcountll(type->element->ref_words);
    return refs;
}

/* The index of the i-th bit that is set. */
static size_t
model_bit(uint64_t bits, uint32_t i)
{
    for (; i; i--)
        bits &= bits - 1;
    return (size_t)__builtin_ctzll(bits);
}

mm_ref *
model_place(const struct model *model, uint32_t number, void *obj, uint32_t i)
{
    const struct mm_type *type = MODEL_TYPES[model->objects[number].kind];
    uint32_t fixed = (uint32_t)__builtin_popcountll(type->ref_words);
    if (i < fixed)
        return (mm_ref *)obj + model_bit(type->ref_words, i);
    if (type->tail == MM_TAIL_REFS)
        return mm_items(type, obj) + (i - fixed);
    const struct mm_type *element = type->element;
    uint32_t each = (uint32_t)__builtin_popcountll(element->ref_words);
    char *at = (char *)mm_tail(type, obj) + (i - fixed) / each * element->size;
    return (mm_ref *)(void *)at + model_bit(element->ref_words, (i - fixed) % each);
}

/* -- patterns -- */

static uint64_t
model_pattern(uint64_t stamp, size_t word)
{
    return (stamp ^ word) * UINT64_C(0xff51afd7ed558ccd);
}

/* The pattern of bytes [from, size of the object): written, or compared. */
static void
model_fill(const struct model_object *object, void *obj, size_t from)
{
    const struct mm_type *type = MODEL_TYPES[object->kind];
    size_t size = mm_size(type, object->n);
    for (size_t at = from / MM_WORD_BYTES * MM_WORD_BYTES; at < size; at += MM_WORD_BYTES) {
        uint64_t pattern = model_pattern(object->stamp, at / MM_WORD_BYTES);
        if (!model_word_is_ref(type, at / MM_WORD_BYTES))
            memcpy((char *)obj + at, &pattern,
                   size - at < sizeof pattern ? size - at : sizeof pattern);
    }
}

static void
model_compare(const struct model_object *object, const void *obj)
{
    const struct mm_type *type = MODEL_TYPES[object->kind];
    size_t size = mm_size(type, object->n);
    for (size_t at = 0; at < size; at += MM_WORD_BYTES) {
        uint64_t pattern = model_pattern(object->stamp, at / MM_WORD_BYTES);
        size_t bytes = size - at < sizeof pattern ? size - at : sizeof pattern;
        if (!model_word_is_ref(type, at / MM_WORD_BYTES))
            mm_assert(memcmp((const char *)obj + at, &pattern, bytes) == 0);
    }
}

void
model_rewrite(struct model *model, uint32_t number, void *obj)
{
    struct model_object *object = &model->objects[number];
    object->stamp = ++model->stamp;
    model_fill(object, obj, 0);
}

/* -- births -- */

/* Constant types where the fast path differs by type, all others by the table. */
static mm_owned
model_allocate(struct mm_mutator *m, enum model_kind kind, uint32_t n, const struct mm_scope *scope)
{
    const struct mm_type *type = MODEL_TYPES[kind];
    if (scope)
        return type->tail ? mm_new_array_in(m, *scope, type, n) : mm_new_in(m, *scope, type);
    switch (kind) {
    case MODEL_LEAF:
        return mm_new(m, &LEAF);
    case MODEL_PAIR:
        return mm_new(m, &PAIR);
    case MODEL_SIX:
        return mm_new(m, &SIX);
    case MODEL_LINE:
        return mm_new(m, &LINE);
    case MODEL_BYTES:
        return mm_new_array(m, &BYTES, n);
    case MODEL_ROW:
        return mm_new_array(m, &ROW, n);
    case MODEL_TABLE:
        return mm_new_array(m, &TABLE, n);
    case MODEL_RING:
        return mm_new(m, &RING);
    default:
        return type->tail ? mm_new_array(m, type, n) : mm_new(m, type);
    }
}

static void
model_grow(struct model *model, size_t bytes)
{
    model->live_bytes += bytes;
    if (model->live_bytes > model->peak_bytes)
        model->peak_bytes = model->live_bytes;
}

mm_owned
model_new(struct model *model, struct mm_mutator *m, enum model_kind kind, uint32_t n,
          const struct mm_scope *scope, uint32_t *number)
{
    const struct mm_type *type = MODEL_TYPES[kind];
    mm_owned owned = model_allocate(m, kind, n, scope);
    void *obj = mm_peek(owned);
    mm_assert(model->free_n > 0);
    *number = model->free[--model->free_n];
    struct model_object *object = &model->objects[*number];
    *object = (struct model_object){
        .stamp = ++model->stamp, .n = n, .refs_n = model_refs_n(type, n), .kind = (uint8_t)kind
    };
    object->refs = calloc(object->refs_n + 1, sizeof *object->refs);
    mm_assert(object->refs);
    model->live_n++;
    model_grow(model, mm_size(type, n));
    mm_assert((uintptr_t)obj % (type->align ? type->align : MM_ALIGN_DEFAULT) == 0);
    for (uint32_t i = 0; i < object->refs_n; i++)
        mm_assert(mm_get(*model_place(model, *number, obj, i)) == NULL);
    model_fill(object, obj, 0);
    return owned;
}

void
model_resize(struct model *model, struct mm_mutator *m, uint32_t number, mm_ref *slot, uint32_t n)
{
    struct model_object *object = &model->objects[number];
    const struct mm_type *type = MODEL_TYPES[object->kind];
    uint32_t old_n = object->n, refs_n = model_refs_n(type, n);
    for (uint32_t i = refs_n; i < object->refs_n; i++)
        mm_assert(object->refs[i] == 0);
    if (object->kind == MODEL_ROW)
        mm_resize(m, slot, &ROW, old_n, n);
    else
        mm_resize(m, slot, type, old_n, n);
    void *obj = mm_get(*slot);
    mm_assert((uintptr_t)obj % (type->align ? type->align : MM_ALIGN_DEFAULT) == 0);
    object->refs = realloc(object->refs, (refs_n + 1) * sizeof *object->refs);
    mm_assert(object->refs);
    for (uint32_t i = object->refs_n; i < refs_n; i++) {
        object->refs[i] = 0;
        mm_assert(mm_get(*model_place(model, number, obj, i)) == NULL);
    }
    object->refs_n = refs_n;
    object->n = n;
    model->live_bytes -= mm_size(type, old_n);
    model_grow(model, mm_size(type, n));
    if (n > old_n)
        model_fill(object, obj, mm_size(type, old_n));
    model_compare(object, obj);
}

/* -- deaths -- */

static void
model_forget(struct model *model, struct mm_mutator *m, uint32_t number, void *obj)
{
    struct model_object *object = &model->objects[number];
    const struct mm_type *type = MODEL_TYPES[object->kind];
    if (type->tail)
        mm_free_array(m, type, obj, object->n);
    else
        mm_free(m, type, obj);
    free(object->refs);
    model->live_bytes -= mm_size(type, object->n);
    model->live_n--;
    *object = (struct model_object){ .stamp = 0 };
    model->free[model->free_n++] = number;
}

/* All members first give up what they keep alive, and then they die one by one. */
static void
model_forget_ring(struct model *model, struct mm_mutator *m, uint32_t head, void *obj)
{
    uint32_t number = head, members = model->objects[head].members;
    for (uint32_t i = 0; i < members; i++) {
        uint32_t other = model->objects[number].refs[MODEL_OTHER];
        if (other)
            model_drop(model, m, other, mm_get(*model_place(model, number, obj, MODEL_OTHER)));
        obj = mm_get(*model_place(model, number, obj, MODEL_NEXT));
        number = model->objects[number].refs[MODEL_NEXT];
    }
    for (uint32_t i = 0; i < members; i++) {
        /* The last member's link leads to the head, which is dead by then. */
        bool more = i + 1 < members;
        uint32_t next = model->objects[number].refs[MODEL_NEXT];
        void *next_obj = more ? mm_get(*model_place(model, number, obj, MODEL_NEXT)) : NULL;
        model_forget(model, m, number, obj);
        number = next;
        obj = next_obj;
    }
}

void
model_drop(struct model *model, struct mm_mutator *m, uint32_t number, void *obj)
{
    struct model_object *object = &model->objects[number];
    mm_assert(object->places > 0);
    if (--object->places)
        return;
    if (object->head) {
        model_forget_ring(model, m, number, obj);
        return;
    }
    for (uint32_t i = 0; i < object->refs_n; i++)
        if (object->refs[i])
            model_drop(model, m, object->refs[i], mm_get(*model_place(model, number, obj, i)));
    model_forget(model, m, number, obj);
}

/* -- walks -- */

void
model_walk_begin(struct model *model)
{
    model->walk++;
}

void
model_walk_from(struct model *model, uint32_t number, void *obj)
{
    if (!number) {
        mm_assert(!obj);
        return;
    }
    mm_assert(obj);
    struct model_object *object = &model->objects[number];
    if (object->seen == model->walk) {
        mm_assert(object->seen_at == obj);
        return;
    }
    object->seen = model->walk;
    object->seen_at = obj;
    model_compare(object, obj);
    for (uint32_t i = 0; i < object->refs_n; i++)
        model_walk_from(model, object->refs[i], mm_get(*model_place(model, number, obj, i)));
}

void
model_walk_end(const struct model *model)
{
    uint32_t seen = 0;
    for (uint32_t i = 1; i < MODEL_OBJECTS; i++)
        seen += model->objects[i].refs && model->objects[i].seen == model->walk;
    mm_assert(seen == model->live_n);
}

void
model_init(struct model *model)
{
    memset(model, 0, sizeof *model);
    for (uint32_t i = MODEL_OBJECTS - 1; i > 0; i--)
        model->free[model->free_n++] = i;
}

void
model_release(struct model *model)
{
    for (uint32_t i = 1; i < MODEL_OBJECTS; i++)
        free(model->objects[i].refs);
}
