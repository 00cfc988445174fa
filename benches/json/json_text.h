/* json_text.h -- the smallest pieces of JSON text: escapes, UTF-8, strings and numbers.
 *
 * After RFC 8259 and RFC 3629.  A piece is looked at without making anything, so that parsing and
 * measuring share it. */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Text to be read, and how far it has been. */
struct json_reader {
    const unsigned char *text;
    size_t length, at;
};

static bool
json_is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Bytes of the character at the beginning of `left` bytes; 0 if it is not UTF-8. */
static size_t
json_utf8_length(const unsigned char *at, size_t left)
{
    unsigned char first = at[0];
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (left < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if (!json_is_continuation(at[i]))
            return 0;
    /* Longer than needed, a surrogate, or beyond the last character. */
    if ((first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) ||
        (first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

/* Writes a character, unless `to` is NULL; says how many bytes it has. */
static size_t
json_utf8_put(uint32_t character, char *to)
{
    size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char FIRST[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };
    if (!to)
        return length;
    for (size_t i = length - 1; i > 0; i--, character >>= 6)
        to[i] = (char)(0x80 | (character & 0x3f));
    to[0] = (char)(FIRST[length] | character);
    return length;
}

/* Four hexadecimal digits; false if they are not. */
static bool
json_hex(const unsigned char *at, size_t left, uint32_t *value)
{
    *value = 0;
    if (left < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        unsigned char c = at[i], lower = c | 0x20;
        if (c >= '0' && c <= '9')
            *value = *value << 4 | (uint32_t)(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            *value = *value << 4 | (uint32_t)(lower - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* Reads the escape at the beginning of `left` bytes; says how many it has, 0 if it is wrong. */
static size_t
json_escape(const unsigned char *at, size_t left, uint32_t *character)
{
    static const char LETTERS[] = "\"\\/bfnrt", MEANINGS[] = "\"\\/\b\f\n\r\t";
    if (left < 2)
        return 0;
    if (at[1] != 'u') {
        const char *letter = at[1] ? strchr(LETTERS, at[1]) : NULL;
        if (!letter)
            return 0;
        *character = (uint32_t)MEANINGS[letter - LETTERS];
        return 2;
    }
    uint32_t low;
    if (!json_hex(at + 2, left - 2, character) || (*character >= 0xdc00 && *character < 0xe000))
        return 0;
    if (*character < 0xd800 || *character >= 0xe000)
        return 6;
    if (left < 12 || at[6] != '\\' || at[7] != 'u' || !json_hex(at + 8, left - 8, &low) ||
        low < 0xdc00 || low >= 0xe000)
        return 0;
    *character = 0x10000 + ((*character - 0xd800) << 10) + (low - 0xdc00);
    return 12;
}

/* Looks through the string that begins after a quote at reader->at: its bytes up to the closing
 * quote, and how many they are without escapes.  False if it is wrong; then `at` shows where. */
static bool
json_string_look(struct json_reader *reader, size_t *raw, size_t *decoded)
{
    size_t begin = reader->at;
    *decoded = 0;
    for (;;) {
        const unsigned char *at = reader->text + reader->at;
        size_t left = reader->length - reader->at, length;
        uint32_t character;
        if (left == 0 || *at < 0x20)
            return false;
        if (*at == '"')
            break;
        if (*at < 0x80 && *at != '\\') { /* nearly all */
            reader->at++;
            ++*decoded;
            continue;
        }
        if (*at == '\\') {
            length = json_escape(at, left, &character);
            *decoded += length ? json_utf8_put(character, NULL) : 0;
        } else {
            length = json_utf8_length(at, left);
            *decoded += length;
        }
        if (length == 0)
            return false;
        reader->at += length;
    }
    *raw = reader->at++ - begin;
    return true;
}

/* Writes a string that has been looked through. */
static void
json_string_decode(const unsigned char *from, size_t raw, char *to, size_t decoded)
{
    if (raw == decoded) { /* every escape is longer than what it stands for */
        memcpy(to, from, raw);
        return;
    }
    const unsigned char *end = from + raw;
    while (from < end) {
        uint32_t character;
        if (*from != '\\') {
            *to++ = (char)*from++;
            continue;
        }
        from += json_escape(from, (size_t)(end - from), &character);
        to += json_utf8_put(character, to);
    }
}

/* Passes digits; says whether there was one. */
static bool
json_digits(struct json_reader *reader)
{
    size_t begin = reader->at;
    while (reader->at < reader->length && reader->text[reader->at] >= '0' &&
           reader->text[reader->at] <= '9')
        reader->at++;
    return reader->at > begin;
}

static bool
json_passes(struct json_reader *reader, char c)
{
    if (reader->at == reader->length || reader->text[reader->at] != (unsigned char)c)
        return false;
    reader->at++;
    return true;
}

/* Passes a number; false if it is wrong. */
static bool
json_number_look(struct json_reader *reader)
{
    json_passes(reader, '-');
    if (!json_passes(reader, '0') && !json_digits(reader))
        return false;
    if (json_passes(reader, '.') && !json_digits(reader))
        return false;
    if (!json_passes(reader, 'e') && !json_passes(reader, 'E'))
        return true;
    if (!json_passes(reader, '+'))
        json_passes(reader, '-');
    return json_digits(reader);
}

/* Passes a word; false if it is another. */
static bool
json_word_look(struct json_reader *reader, const char *word)
{
    size_t length = strlen(word);
    if (reader->length - reader->at < length ||
        memcmp(reader->text + reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

static void
json_space_pass(struct json_reader *reader)
{
    while (reader->at < reader->length) {
        unsigned char c = reader->text[reader->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return;
        reader->at++;
    }
}

/* The next character that is no space; 0 at the end, which no value begins with. */
static unsigned char
json_next(struct json_reader *reader)
{
    json_space_pass(reader);
    return reader->at < reader->length ? reader->text[reader->at] : 0;
}

#endif
