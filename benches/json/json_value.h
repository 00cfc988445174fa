/* json_value.h -- a JSON document as managed objects: texts, arrays, and objects as hash tables.
 *
 * Every value begins with its kind.  Numbers keep their text, so that they come out as they went
 * in.  An object's members stand in an open hash table with linear probing (Knuth, volume 3), and
 * one is removed by moving those behind it back; so their order is that of the hashes.
 *
 * What may allocate takes roots, not views.  Arrays that grow are resized: they belong to the
 * innermost scope, as mm_resize asks. */
#ifndef JSON_VALUE_H
#define JSON_VALUE_H

#include "mm.h"

enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_FALSE,
    JSON_KIND_TRUE,
    JSON_KIND_NUMBER,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT
};

/* Of a text: its bytes, which are the tail; of a literal there are none. */
struct json_value {
    uint32_t kind;
    uint32_t count; /* bytes, items, or members */
};
struct json_holder {
    struct json_value value;
    mm_ref content; /* items or members; NULL if there never were any */
};
struct json_items {
    uint64_t room;
};
struct json_member {
    mm_ref name; /* NULL: the place is free */
    mm_ref value;
    uint64_t hash;
};
struct json_members {
    uint64_t room; /* a power of two */
};
MM_TYPE(JSON_TEXT, struct json_value, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(JSON_HOLDER, struct json_holder, .acyclic = true,
        .ref_words = MM_WORD(struct json_holder, content));
MM_TYPE(JSON_ITEMS, struct json_items, .tail = MM_TAIL_REFS, .acyclic = true);
MM_TYPE(JSON_MEMBER, struct json_member, .acyclic = true,
        .ref_words = MM_WORD(struct json_member, name) | MM_WORD(struct json_member, value));
MM_TYPE(JSON_MEMBERS, struct json_members, .tail = MM_TAIL_ELEMENTS, .element = &JSON_MEMBER,
        .acyclic = true);

enum { JSON_ITEMS_FIRST = 4, JSON_MEMBERS_FIRST = 8, JSON_DEPTH_MAX = 512 };

/* -- Making ------------------------------------------------------------------------ */

/* A literal, or a text whose bytes the caller fills in. */
static mm_owned
json_text_new(struct mm_mutator *m, enum json_kind kind, size_t count)
{
    mm_owned self = mm_new_array(m, &JSON_TEXT, count);
    *(struct json_value *)mm_peek(self) = (struct json_value){ (uint32_t)kind, (uint32_t)count };
    return self;
}

static char *
json_text(struct json_value *text)
{
    return mm_tail(&JSON_TEXT, text);
}

static mm_owned
json_text_copy(struct mm_mutator *m, enum json_kind kind, const char *from, size_t count)
{
    mm_owned self = json_text_new(m, kind, count);
    memcpy(json_text(mm_peek(self)), from, count);
    return self;
}

static mm_owned
json_holder_new(struct mm_mutator *m, enum json_kind kind)
{
    mm_owned self = mm_new(m, &JSON_HOLDER);
    ((struct json_holder *)mm_peek(self))->value = (struct json_value){ (uint32_t)kind, 0 };
    return self;
}

static struct json_member *
json_members(struct json_members *members)
{
    return mm_tail(&JSON_MEMBERS, members);
}

/* Frees a value and all below it, for managers that must be told. */
static void
json_free(struct mm_mutator *m, struct json_value *value)
{
    if (value->kind < JSON_KIND_ARRAY) {
        mm_free_array(m, &JSON_TEXT, value, value->count);
        return;
    }
    struct json_holder *holder = (struct json_holder *)value;
    void *content = mm_get(holder->content);
    if (content && value->kind == JSON_KIND_ARRAY) {
        struct json_items *items = content;
        for (uint32_t i = 0; i < value->count; i++)
            json_free(m, mm_get(mm_items(&JSON_ITEMS, items)[i]));
        mm_free_array(m, &JSON_ITEMS, items, items->room);
    } else if (content) {
        struct json_members *members = content;
        struct json_member *all = json_members(members);
        for (uint64_t i = 0; i < members->room; i++) {
            if (!mm_get(all[i].name))
                continue;
            json_free(m, mm_get(all[i].name));
            json_free(m, mm_get(all[i].value));
        }
        mm_free_array(m, &JSON_MEMBERS, members, members->room);
    }
    mm_free(m, &JSON_HOLDER, holder);
}

/* -- Arrays -------------------------------------------------------------------------- */

/* Makes room for one item more.  For its resizing the content is in the root `work` alone. */
static void
json_array_widen(struct mm_mutator *m, const mm_ref *array, mm_ref *work)
{
    struct json_holder *holder = mm_get(*array);
    struct json_items *items = mm_get(holder->content);
    uint64_t old = items ? items->room : 0, room = old ? 2 * old : JSON_ITEMS_FIRST;
    if (items) {
        mm_set(m, work, items);
        mm_clear(m, holder, &holder->content, 1);
        mm_resize(m, work, &JSON_ITEMS, old, room);
    } else {
        mm_take(m, work, mm_new_array(m, &JSON_ITEMS, room));
    }
    items = mm_get(*work);
    items->room = room;
    holder = mm_get(*array);
    mm_store(m, holder, &holder->content, items);
    mm_set(m, work, NULL);
}

/* Puts the value that is in the root `value` at the end of the array in the root `array`, and
 * spends the root. */
static void
json_push(struct mm_mutator *m, const mm_ref *array, mm_ref *value, mm_ref *work)
{
    struct json_holder *holder = mm_get(*array);
    struct json_items *items = mm_get(holder->content);
    if (!items || holder->value.count == items->room) {
        json_array_widen(m, array, work);
        holder = mm_get(*array);
        items = mm_get(holder->content);
    }
    mm_store_new(m, items, mm_items(&JSON_ITEMS, items) + holder->value.count++, mm_move(m, value));
}

/* Drops the last item. */
static void
json_pop(struct mm_mutator *m, struct json_holder *array)
{
    struct json_items *items = mm_get(array->content);
    mm_ref *place = mm_items(&JSON_ITEMS, items) + --array->value.count;
    if (MM_FREES)
        json_free(m, mm_get(*place));
    mm_store(m, items, place, NULL);
}

static struct json_value *
json_item(const struct json_holder *array, uint32_t i)
{
    return mm_get(mm_items(&JSON_ITEMS, mm_get(array->content))[i]);
}

/* -- Objects ------------------------------------------------------------------------- */

/* FNV-1a (Fowler, Noll and Vo). */
static uint64_t
json_hash(const char *name, size_t count)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* The member of that name, or the free place where it belongs. */
static struct json_member *
json_place(struct json_members *members, const char *name, size_t count, uint64_t hash)
{
    struct json_member *all = json_members(members);
    for (uint64_t i = hash;; i++) {
        struct json_member *member = &all[i & (members->room - 1)];
        struct json_value *text = mm_get(member->name);
        if (!text || (member->hash == hash && text->count == count &&
                      memcmp(json_text(text), name, count) == 0))
            return member;
    }
}

static struct json_member *
json_find(const struct json_holder *object, const char *name, size_t count)
{
    struct json_members *members = mm_get(object->content);
    if (!members)
        return NULL;
    struct json_member *member = json_place(members, name, count, json_hash(name, count));
    return mm_get(member->name) ? member : NULL;
}

/* Whether a table has room for one member more: a quarter of it stays free. */
static bool
json_members_fit(uint64_t count, uint64_t room)
{
    return 4 * (count + 1) <= 3 * room;
}

static void
json_object_widen(struct mm_mutator *m, const mm_ref *object)
{
    struct json_holder *holder = mm_get(*object);
    struct json_members *old = mm_get(holder->content);
    uint64_t room = old ? 2 * old->room : JSON_MEMBERS_FIRST;
    mm_owned self = mm_new_array(m, &JSON_MEMBERS, room);
    struct json_members *fresh = mm_peek(self);
    fresh->room = room;
    holder = mm_get(*object);
    old = mm_get(holder->content);
    for (uint64_t i = 0; old && i < old->room; i++) {
        struct json_member *from = &json_members(old)[i];
        if (!mm_get(from->name))
            continue;
        uint64_t at = from->hash & (room - 1);
        while (mm_get(json_members(fresh)[at].name))
            at = (at + 1) & (room - 1);
        struct json_member *to = &json_members(fresh)[at];
        mm_init(m, fresh, &to->name, mm_get(from->name));
        mm_init(m, fresh, &to->value, mm_get(from->value));
        to->hash = from->hash;
    }
    if (MM_FREES && old)
        mm_free_array(m, &JSON_MEMBERS, old, old->room);
    mm_store_new(m, holder, &holder->content, self);
}

/* Gives the object in the root `object` a member of the name and the value in two more roots,
 * which are spent.  A value of the same name is dropped, as is the second name. */
static void
json_put(struct mm_mutator *m, const mm_ref *object, mm_ref *name, mm_ref *value)
{
    struct json_holder *holder = mm_get(*object);
    struct json_members *members = mm_get(holder->content);
    if (!members || !json_members_fit(holder->value.count, members->room)) {
        json_object_widen(m, object);
        holder = mm_get(*object);
        members = mm_get(holder->content);
    }
    struct json_value *text = mm_get(*name);
    uint64_t hash = json_hash(json_text(text), text->count);
    struct json_member *member = json_place(members, json_text(text), text->count, hash);
    if (mm_get(member->name)) {
        if (MM_FREES) {
            json_free(m, mm_get(member->value));
            json_free(m, text);
        }
        mm_set(m, name, NULL);
    } else {
        mm_store_new(m, members, &member->name, mm_move(m, name));
        member->hash = hash;
        holder->value.count++;
    }
    mm_store_new(m, members, &member->value, mm_move(m, value));
}

/* Takes a member out of the object; its name is dropped, its value is now the caller's, and must
 * be in a root already. */
static void
json_remove(struct mm_mutator *m, struct json_holder *object, struct json_member *member)
{
    struct json_members *members = mm_get(object->content);
    struct json_member *all = json_members(members);
    uint64_t mask = members->room - 1, hole = (uint64_t)(member - all);
    if (MM_FREES)
        json_free(m, mm_get(member->name));
    for (uint64_t i = (hole + 1) & mask; mm_get(all[i].name); i = (i + 1) & mask) {
        if (((i - all[i].hash) & mask) < ((i - hole) & mask))
            continue;
        mm_copy(m, members, &all[hole].name, &all[i].name, 2);
        all[hole].hash = all[i].hash;
        hole = i;
    }
    mm_clear(m, members, &all[hole].name, 2);
    object->value.count--;
}

#endif
