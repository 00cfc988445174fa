/* json_write.h -- from a document to JSON text, in a managed buffer that grows.
 *
 * Whenever the buffer grows, values may move: they are read again from their roots. */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include "json_value.h"

struct json_bytes {
    uint64_t room;
};
MM_TYPE(JSON_BYTES, struct json_bytes, .tail = MM_TAIL_BYTES, .acyclic = true);

enum { JSON_BUFFER_FIRST = 256 };

/* A buffer in a root. */
struct json_buffer {
    mm_ref *bytes;
    size_t length;
};

static char *
json_buffer_text(const struct json_buffer *buffer)
{
    return mm_tail(&JSON_BYTES, mm_get(*buffer->bytes));
}

static void
json_buffer_begin(struct mm_mutator *m, struct json_buffer *buffer, mm_ref *root)
{
    *buffer = (struct json_buffer){ root, 0 };
    mm_take(m, root, mm_new_array(m, &JSON_BYTES, JSON_BUFFER_FIRST));
    ((struct json_bytes *)mm_get(*root))->room = JSON_BUFFER_FIRST;
}

static void
json_buffer_drop(struct mm_mutator *m, struct json_buffer *buffer)
{
    struct json_bytes *bytes = mm_get(*buffer->bytes);
    if (MM_FREES)
        mm_free_array(m, &JSON_BYTES, bytes, bytes->room);
    mm_set(m, buffer->bytes, NULL);
}

/* Where to write the next `count` bytes. */
static char *
json_buffer_extend(struct mm_mutator *m, struct json_buffer *buffer, size_t count)
{
    uint64_t old = ((struct json_bytes *)mm_get(*buffer->bytes))->room, room = old;
    while (buffer->length + count > room)
        room *= 2;
    if (room != old) {
        mm_resize(m, buffer->bytes, &JSON_BYTES, old, room);
        ((struct json_bytes *)mm_get(*buffer->bytes))->room = room;
    }
    char *to = json_buffer_text(buffer) + buffer->length;
    buffer->length += count;
    return to;
}

static void
json_write_byte(struct mm_mutator *m, struct json_buffer *buffer, char byte)
{
    *json_buffer_extend(m, buffer, 1) = byte;
}

/* Bytes that a character of a string takes: itself, a letter behind a backslash, or \u00XX. */
static size_t
json_written_bytes(unsigned char c)
{
    if (c == '"' || c == '\\')
        return 2;
    if (c >= 0x20)
        return 1;
    return c == '\b' || c == '\f' || c == '\n' || c == '\r' || c == '\t' ? 2 : 6;
}

static char *
json_write_character(char *to, unsigned char c)
{
    static const char HEX[] = "0123456789abcdef", LETTERS[] = "btn?fr"; /* from \b on */
    switch (json_written_bytes(c)) {
    case 1:
        *to++ = (char)c;
        return to;
    case 2:
        *to++ = '\\';
        *to++ = c >= 0x20 ? (char)c : LETTERS[c - '\b'];
        return to;
    default:
        memcpy(to, "\\u00", 4);
        to[4] = HEX[c >> 4];
        to[5] = HEX[c & 15];
        return to + 6;
    }
}

/* The string that is in a root, with quotes. */
static void
json_write_string(struct mm_mutator *m, struct json_buffer *buffer, const mm_ref *string)
{
    struct json_value *value = mm_get(*string);
    const char *from = json_text(value);
    size_t count = value->count, written = 0;
    for (size_t i = 0; i < count; i++)
        written += json_written_bytes((unsigned char)from[i]);
    char *to = json_buffer_extend(m, buffer, written + 2);
    from = json_text(mm_get(*string));
    *to++ = '"';
    if (written == count) {
        memcpy(to, from, count);
        to += count;
    } else {
        for (size_t i = 0; i < count; i++)
            to = json_write_character(to, (unsigned char)from[i]);
    }
    *to = '"';
}

static void json_write(struct mm_mutator *m, struct json_buffer *buffer, const mm_ref *slot);

static void
json_write_array(struct mm_mutator *m, struct json_buffer *buffer, const mm_ref *array)
{
    MM_LOCALS(m, item);
    json_write_byte(m, buffer, '[');
    uint32_t count = ((struct json_value *)mm_get(*array))->count;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            json_write_byte(m, buffer, ',');
        mm_set(m, &locals->item, json_item(mm_get(*array), i));
        json_write(m, buffer, &locals->item);
    }
    json_write_byte(m, buffer, ']');
}

static void
json_write_object(struct mm_mutator *m, struct json_buffer *buffer, const mm_ref *object)
{
    MM_LOCALS(m, members, part);
    json_write_byte(m, buffer, '{');
    mm_set(m, &locals->members, mm_get(((struct json_holder *)mm_get(*object))->content));
    struct json_members *members = mm_get(locals->members);
    uint64_t room = members ? members->room : 0;
    bool first = true;
    for (uint64_t i = 0; i < room; i++) {
        struct json_member *member = &json_members(mm_get(locals->members))[i];
        if (!mm_get(member->name))
            continue;
        if (!first)
            json_write_byte(m, buffer, ',');
        first = false;
        member = &json_members(mm_get(locals->members))[i];
        mm_set(m, &locals->part, mm_get(member->name));
        json_write_string(m, buffer, &locals->part);
        json_write_byte(m, buffer, ':');
        member = &json_members(mm_get(locals->members))[i];
        mm_set(m, &locals->part, mm_get(member->value));
        json_write(m, buffer, &locals->part);
    }
    json_write_byte(m, buffer, '}');
}

/* Writes the value that is in a root, without spaces. */
static void
json_write(struct mm_mutator *m, struct json_buffer *buffer, const mm_ref *slot)
{
    static const char *const WORDS[] = { "null", "false", "true" };
    struct json_value *value = mm_get(*slot);
    size_t count = value->count;
    char *to;
    switch ((enum json_kind)value->kind) {
    case JSON_KIND_ARRAY:
        json_write_array(m, buffer, slot);
        return;
    case JSON_KIND_OBJECT:
        json_write_object(m, buffer, slot);
        return;
    case JSON_KIND_STRING:
        json_write_string(m, buffer, slot);
        return;
    case JSON_KIND_NUMBER:
        to = json_buffer_extend(m, buffer, count);
        memcpy(to, json_text(mm_get(*slot)), count);
        return;
    default:
        count = strlen(WORDS[value->kind]);
        memcpy(json_buffer_extend(m, buffer, count), WORDS[value->kind], count);
    }
}

#endif
