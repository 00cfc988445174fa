/* format_loop -- the bad loop and the good loop: "item 0", "item 1" and so on, each looked at once.
 *
 * bad makes a new string for every item and throws it away; good has one builder, which is reset
 * and keeps its buffer.  Both format with the same code, and differ only in where the bytes live
 * and for how long: what is left is the price of a short life. */
#include "pair.h"

/* A string, or a builder's buffer. */
struct text {
    uint32_t length;
};

MM_TYPE(TEXT, struct text, .tail = MM_TAIL_BYTES);

static const char PREFIX[] = { 'i', 't', 'e', 'm', ' ' };

enum {
    DIGITS_MAX = 20,
    LEAST_CAPACITY = 8,
    SCOPE_ITEMS = 1000 /* an arena is emptied after so many items, not after each */
};

static uint32_t
item_length(uint64_t item)
{
    uint32_t length = sizeof PREFIX + 1;
    for (uint64_t limit = 10; item >= limit && length < sizeof PREFIX + DIGITS_MAX; limit *= 10)
        length++;
    return length;
}

/* Writes the item to a text with room for it, and reads it again, byte by byte. */
MM_INLINE uint64_t
item_format(struct text *text, uint64_t item, uint32_t length)
{
    unsigned char *bytes = mm_tail(&TEXT, text);
    memcpy(bytes, PREFIX, sizeof PREFIX);
    for (uint32_t at = length; at > sizeof PREFIX; item /= 10)
        bytes[--at] = (unsigned char)('0' + item % 10);
    text->length = length;

    uint64_t sum = 0;
    for (uint32_t i = 0; i < text->length; i++)
        sum += (uint64_t)bytes[i] * (2 * i + 1);
    return sum;
}

static uint64_t
format_bad(struct mm_mutator *m, uint64_t n)
{
    MM_LOCALS(m, text);
    uint64_t sum = 0;
    for (uint64_t item = 0; item < n;) {
        struct mm_scope scope = mm_scope_begin(m);
        uint64_t end = item + SCOPE_ITEMS < n ? item + SCOPE_ITEMS : n;
        for (; item < end; item++) {
            uint32_t length = item_length(item);
            mm_take(m, &locals->text, mm_new_array(m, &TEXT, length));
            struct text *text = mm_get(locals->text);
            sum += item_format(text, item, length);
            if (MM_FREES)
                mm_free_array(m, &TEXT, text, length);
            mm_set(m, &locals->text, NULL);
        }
        mm_scope_end(m, scope);
    }
    return sum;
}

static uint64_t
format_good(struct mm_mutator *m, uint64_t n)
{
    MM_LOCALS(m, buffer);
    struct mm_scope scope = mm_scope_begin(m);
    uint32_t capacity = LEAST_CAPACITY;
    uint64_t sum = 0;
    mm_take(m, &locals->buffer, mm_new_array(m, &TEXT, capacity));
    for (uint64_t item = 0; item < n; item++) {
        uint32_t length = item_length(item);
        if (length > capacity) {
            mm_resize(m, &locals->buffer, &TEXT, capacity, 2 * capacity);
            capacity *= 2;
        }
        sum += item_format(mm_get(locals->buffer), item, length);
    }
    if (MM_FREES)
        mm_free_array(m, &TEXT, mm_get(locals->buffer), capacity);
    mm_set(m, &locals->buffer, NULL);
    mm_scope_end(m, scope);
    return sum;
}

static const struct pair PAIR = {
    .bad = format_bad,
    .good = format_good,
    .sizes = { { 2, 1000 }, { 3, 1000000 }, { 30, 1000000 } },
    .peak_bytes = sizeof(struct text) + 2 * LEAST_CAPACITY,
};

PAIR_WORKLOAD("format_loop", "strings that live for one turn of a loop, or one buffer for all",
              "an item");
