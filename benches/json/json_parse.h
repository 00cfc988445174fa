/* json_parse.h -- from JSON text to a document: recursive descent, to a bounded depth. */
#ifndef JSON_PARSE_H
#define JSON_PARSE_H

#include "json_text.h"
#include "json_value.h"

static bool json_parse_value(struct mm_mutator *m, struct json_reader *reader, mm_ref *slot,
                             unsigned depth);

/* Drops what is in a root. */
static void
json_drop(struct mm_mutator *m, mm_ref *slot)
{
    struct json_value *value = mm_get(*slot);
    if (MM_FREES && value)
        json_free(m, value);
    mm_set(m, slot, NULL);
}

static bool
json_parse_string(struct mm_mutator *m, struct json_reader *reader, mm_ref *slot)
{
    size_t raw, decoded;
    if (!json_passes(reader, '"'))
        return false;
    const unsigned char *from = reader->text + reader->at;
    if (!json_string_look(reader, &raw, &decoded))
        return false;
    mm_take(m, slot, json_text_new(m, JSON_KIND_STRING, decoded));
    json_string_decode(from, raw, json_text(mm_get(*slot)), decoded);
    return true;
}

static bool
json_parse_number(struct mm_mutator *m, struct json_reader *reader, mm_ref *slot)
{
    const char *from = (const char *)reader->text + reader->at;
    size_t begin = reader->at;
    if (!json_number_look(reader))
        return false;
    mm_take(m, slot, json_text_copy(m, JSON_KIND_NUMBER, from, reader->at - begin));
    return true;
}

static bool
json_parse_word(struct mm_mutator *m, struct json_reader *reader, mm_ref *slot, enum json_kind kind,
                const char *word)
{
    if (!json_word_look(reader, word))
        return false;
    mm_take(m, slot, json_text_new(m, kind, 0));
    return true;
}

/* The items up to the closing bracket; what there is of the array is in the root `array`. */
static bool
json_parse_items(struct mm_mutator *m, struct json_reader *reader, const mm_ref *array,
                 unsigned depth)
{
    if (json_next(reader) == ']')
        return json_passes(reader, ']');
    MM_LOCALS(m, item, work);
    do {
        if (!json_parse_value(m, reader, &locals->item, depth))
            return false;
        json_push(m, array, &locals->item, &locals->work);
        json_space_pass(reader);
    } while (json_passes(reader, ','));
    return json_passes(reader, ']');
}

/* The members up to the closing brace; what there is of the object is in the root `object`. */
static bool
json_parse_members(struct mm_mutator *m, struct json_reader *reader, const mm_ref *object,
                   unsigned depth)
{
    if (json_next(reader) == '}')
        return json_passes(reader, '}');
    MM_LOCALS(m, name, value);
    do {
        json_space_pass(reader);
        if (!json_parse_string(m, reader, &locals->name))
            return false;
        json_space_pass(reader);
        if (!json_passes(reader, ':') || !json_parse_value(m, reader, &locals->value, depth)) {
            json_drop(m, &locals->name);
            return false;
        }
        json_put(m, object, &locals->name, &locals->value);
        json_space_pass(reader);
    } while (json_passes(reader, ','));
    return json_passes(reader, '}');
}

static bool
json_parse_holder(struct mm_mutator *m, struct json_reader *reader, mm_ref *slot,
                  enum json_kind kind, unsigned depth)
{
    if (depth == JSON_DEPTH_MAX)
        return false;
    reader->at++;
    mm_take(m, slot, json_holder_new(m, kind));
    bool whole = kind == JSON_KIND_ARRAY ? json_parse_items(m, reader, slot, depth + 1)
                                         : json_parse_members(m, reader, slot, depth + 1);
    if (!whole)
        json_drop(m, slot);
    return whole;
}

/* Puts the next value into the root `slot`; false, and nothing, if the text is wrong. */
static bool
json_parse_value(struct mm_mutator *m, struct json_reader *reader, mm_ref *slot, unsigned depth)
{
    switch (json_next(reader)) {
    case '{':
        return json_parse_holder(m, reader, slot, JSON_KIND_OBJECT, depth);
    case '[':
        return json_parse_holder(m, reader, slot, JSON_KIND_ARRAY, depth);
    case '"':
        return json_parse_string(m, reader, slot);
    case 't':
        return json_parse_word(m, reader, slot, JSON_KIND_TRUE, "true");
    case 'f':
        return json_parse_word(m, reader, slot, JSON_KIND_FALSE, "false");
    case 'n':
        return json_parse_word(m, reader, slot, JSON_KIND_NULL, "null");
    default:
        return json_parse_number(m, reader, slot);
    }
}

/* Puts the document into the root `slot`, which is null; false, and nothing, if the text is not
 * one value and space around it. */
static bool
json_parse(struct mm_mutator *m, const char *text, size_t length, mm_ref *slot)
{
    struct json_reader reader = { (const unsigned char *)text, length, 0 };
    if (!json_parse_value(m, &reader, slot, 0))
        return false;
    json_space_pass(&reader);
    if (reader.at == length)
        return true;
    json_drop(m, slot);
    return false;
}

#endif
