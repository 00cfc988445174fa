/* json_measure.h -- how much payload a JSON text will be, without making any of it.
 *
 * It passes text as json_parse.h does, and adds up what that would make. */
#ifndef JSON_MEASURE_H
#define JSON_MEASURE_H

#include "json_text.h"
#include "json_value.h"

struct json_measure {
    uint64_t payload_bytes; /* of the document, with room for an item more in each array */
    uint64_t written_bytes; /* of the text without spaces; at most, if it has escapes */
};

static bool json_measure_value(struct json_reader *reader, struct json_measure *sum,
                               unsigned depth);

static bool
json_measure_string(struct json_reader *reader, struct json_measure *sum)
{
    size_t raw, decoded;
    if (!json_passes(reader, '"') || !json_string_look(reader, &raw, &decoded))
        return false;
    sum->payload_bytes += mm_size(&JSON_TEXT, decoded);
    sum->written_bytes += raw + 2;
    return true;
}

static bool
json_measure_array(struct json_reader *reader, struct json_measure *sum, unsigned depth)
{
    uint64_t count = 0, room = JSON_ITEMS_FIRST;
    if (json_next(reader) != ']')
        do {
            if (!json_measure_value(reader, sum, depth))
                return false;
            count++;
            json_space_pass(reader);
        } while (json_passes(reader, ','));
    while (room < count + 1)
        room *= 2;
    sum->payload_bytes += mm_size(&JSON_ITEMS, room);
    sum->written_bytes += 2 + (count ? count - 1 : 0);
    return json_passes(reader, ']');
}

static bool
json_measure_object(struct json_reader *reader, struct json_measure *sum, unsigned depth)
{
    uint64_t count = 0, room = 0;
    if (json_next(reader) != '}')
        do {
            json_space_pass(reader);
            if (!json_measure_string(reader, sum))
                return false;
            json_space_pass(reader);
            if (!json_passes(reader, ':') || !json_measure_value(reader, sum, depth))
                return false;
            if (!json_members_fit(count++, room))
                room = room ? 2 * room : JSON_MEMBERS_FIRST;
            json_space_pass(reader);
        } while (json_passes(reader, ','));
    sum->payload_bytes += room ? mm_size(&JSON_MEMBERS, room) : 0;
    sum->written_bytes += 2 + count + (count ? count - 1 : 0);
    return json_passes(reader, '}');
}

static bool
json_measure_scalar(struct json_reader *reader, struct json_measure *sum)
{
    size_t begin = reader->at;
    if (!json_word_look(reader, "true") && !json_word_look(reader, "false") &&
        !json_word_look(reader, "null")) {
        if (!json_number_look(reader))
            return false;
        sum->payload_bytes += reader->at - begin;
    }
    sum->payload_bytes += mm_size(&JSON_TEXT, 0);
    sum->written_bytes += reader->at - begin;
    return true;
}

static bool
json_measure_value(struct json_reader *reader, struct json_measure *sum, unsigned depth)
{
    unsigned char first = json_next(reader);
    if (first == '"')
        return json_measure_string(reader, sum);
    if (first != '{' && first != '[')
        return json_measure_scalar(reader, sum);
    if (depth == JSON_DEPTH_MAX)
        return false;
    reader->at++;
    sum->payload_bytes += sizeof(struct json_holder);
    return first == '[' ? json_measure_array(reader, sum, depth + 1)
                        : json_measure_object(reader, sum, depth + 1);
}

/* False if the text is not one value and space around it. */
static bool
json_measure(const char *text, size_t length, struct json_measure *sum)
{
    struct json_reader reader = { (const unsigned char *)text, length, 0 };
    *sum = (struct json_measure){ 0 };
    if (!json_measure_value(&reader, sum, 0))
        return false;
    json_space_pass(&reader);
    return reader.at == length;
}

#endif
