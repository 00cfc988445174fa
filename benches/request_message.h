/* request_message.h -- the messages of request_latency: what they ask for, their text, their tree.
 */
#ifndef REQUEST_MESSAGE_H
#define REQUEST_MESSAGE_H

#include "workload_tools.h"

struct bytes {
    uint64_t length;
};
struct node {
    mm_ref first, next; /* of a list: its first item; the item after this one */
    mm_ref text;        /* of an atom */
};
MM_TYPE(BYTES, struct bytes, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(NODE, struct node, .acyclic = true,
        .ref_words = MM_WORD(struct node, first) | MM_WORD(struct node, next) |
                     MM_WORD(struct node, text));

enum { WANTED_LEAST = 32, WANTED_SPREAD = 192, NUMBER_MAX = 20, PARTS_MAX = 16 };

struct message_shape {
    uint64_t parts_least, parts_spread;
    unsigned octaves; /* 2^octaves - 1 keys */
};

/* -- What a request asks for ------------------------------------------------------ */

/* A part is written "(get KEY WANTED depth SALT)". */
struct part {
    uint64_t key, wanted, salt;
};
static const char PART_OPEN[] = "(get ", PART_MIDDLE[] = " depth ";
enum {
    PART_ATOMS = 5,
    PART_BYTES = sizeof "(get   depth )" - 1,
    TEXT_BYTES = sizeof "getdepth" - 1
};

static uint64_t
parts_next(struct workload_random *random, const struct message_shape *shape)
{
    return shape->parts_least + workload_random_below(random, shape->parts_spread);
}

static struct part
part_next(struct workload_random *random, const struct message_shape *shape)
{
    uint64_t least = UINT64_C(1) << workload_random_below(random, shape->octaves);
    struct part part = { .key = least + workload_random_below(random, least) };
    part.wanted = WANTED_LEAST + workload_random_below(random, WANTED_SPREAD);
    part.salt = workload_random_below(random, 1000);
    return part;
}

/* Writes a number in decimal, and says how many digits it has. */
static size_t
number_write(uint64_t number, char *to)
{
    char digits[NUMBER_MAX];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    for (size_t i = 0; i < count; i++)
        to[i] = digits[count - 1 - i];
    return count;
}

static uint64_t
number_read(const char *from, size_t length)
{
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++)
        number = 10 * number + (uint64_t)(from[i] - '0');
    return number;
}

/* -- The message and its tree -------------------------------------------------------- */

static mm_owned
bytes_new(struct mm_mutator *m, const char *from, size_t length)
{
    mm_owned self = mm_new_array(m, &BYTES, length);
    struct bytes *bytes = mm_peek(self);
    bytes->length = length;
    memcpy(mm_tail(&BYTES, bytes), from, length);
    return self;
}

static void
bytes_free(struct mm_mutator *m, struct bytes *bytes)
{
    mm_free_array(m, &BYTES, bytes, bytes->length);
}

static mm_owned
message_new(struct mm_mutator *m, const struct message_shape *shape, struct workload_random random)
{
    char text[2 + PARTS_MAX * (PART_BYTES + 3 * NUMBER_MAX)];
    size_t length = 0;
    text[length++] = '(';
    for (uint64_t parts = parts_next(&random, shape); parts > 0; parts--) {
        struct part part = part_next(&random, shape);
        memcpy(text + length, PART_OPEN, sizeof PART_OPEN - 1);
        length += sizeof PART_OPEN - 1;
        length += number_write(part.key, text + length);
        text[length++] = ' ';
        length += number_write(part.wanted, text + length);
        memcpy(text + length, PART_MIDDLE, sizeof PART_MIDDLE - 1);
        length += sizeof PART_MIDDLE - 1;
        length += number_write(part.salt, text + length);
        text[length++] = ')';
    }
    text[length++] = ')';
    return bytes_new(m, text, length);
}

/* The message stays in its root, and may move. */
struct parser {
    const mm_ref *message;
    size_t at;
};

static const char *
parser_text(const struct parser *parser)
{
    return (const char *)mm_tail(&BYTES, mm_get(*parser->message)) + parser->at;
}

static mm_owned
atom_parse(struct mm_mutator *m, struct parser *parser)
{
    const char *text = parser_text(parser);
    size_t length = 0;
    while (text[length] != ' ' && text[length] != '(' && text[length] != ')')
        length++;
    MM_LOCALS(m, text);
    mm_take(m, &locals->text, mm_new_array(m, &BYTES, length));
    struct bytes *bytes = mm_get(locals->text);
    bytes->length = length;
    memcpy(mm_tail(&BYTES, bytes), parser_text(parser), length);
    parser->at += length;
    mm_owned self = mm_new(m, &NODE);
    struct node *node = mm_peek(self);
    mm_init_new(m, node, &node->text, mm_move(m, &locals->text));
    return self;
}

static mm_owned
node_parse(struct mm_mutator *m, struct parser *parser)
{
    if (*parser_text(parser) != '(')
        return atom_parse(m, parser);
    MM_LOCALS(m, list, last);
    mm_take(m, &locals->list, mm_new(m, &NODE));
    parser->at++;
    while (*parser_text(parser) != ')') {
        mm_owned item = node_parse(m, parser);
        struct node *last = mm_get(locals->last), *list = mm_get(locals->list);
        mm_set(m, &locals->last, mm_peek(item));
        if (last)
            mm_store_new(m, last, &last->next, item);
        else
            mm_store_new(m, list, &list->first, item);
        while (*parser_text(parser) == ' ')
            parser->at++;
    }
    parser->at++;
    return mm_move(m, &locals->list);
}

static void
node_free(struct mm_mutator *m, struct node *node)
{
    while (node) {
        struct node *next = mm_get(node->next);
        struct bytes *text = mm_get(node->text);
        if (text)
            bytes_free(m, text);
        node_free(m, mm_get(node->first));
        mm_free(m, &NODE, node);
        node = next;
    }
}

/* The number that an atom spells. */
static uint64_t
node_number(const struct node *node)
{
    struct bytes *text = mm_get(node->text);
    return number_read(mm_tail(&BYTES, text), text->length);
}

#endif
