/* buffer_reuse -- every turn of a loop needs a buffer of 1 KiB.
 *
 * bad makes a new one each time; good makes one before the loop.  It is filled and read in the
 * same way: what is left is the price of memory that has not been touched lately, more than that
 * of the call. */
#include "pair.h"

struct buffer {
    uint64_t turn;
};

MM_TYPE(BUFFER, struct buffer, .tail = MM_TAIL_BYTES);

enum {
    BUFFER_BYTES = 1024,
    SCOPE_TURNS = 64 /* an arena is emptied after so many turns, not after each */
};

/* Fills a buffer, and reads it again. */
static uint64_t
buffer_process(struct buffer *buffer, uint64_t turn)
{
    uint64_t *words = mm_tail(&BUFFER, buffer);
    uint64_t sum = 0;
    buffer->turn = turn;
    for (uint64_t i = 0; i < BUFFER_BYTES / sizeof *words; i++)
        words[i] = turn + i;
    for (uint64_t i = 0; i < BUFFER_BYTES / sizeof *words; i++)
        sum += words[i] ^ buffer->turn;
    return sum;
}

static uint64_t
buffer_bad(struct mm_mutator *m, uint64_t n)
{
    MM_LOCALS(m, brief);
    uint64_t sum = 0;
    for (uint64_t turn = 0; turn < n;) {
        struct mm_scope scope = mm_scope_begin(m);
        uint64_t end = turn + SCOPE_TURNS < n ? turn + SCOPE_TURNS : n;
        for (; turn < end; turn++) {
            mm_take(m, &locals->brief, mm_new_array(m, &BUFFER, BUFFER_BYTES));
            struct buffer *buffer = mm_get(locals->brief);
            sum += buffer_process(buffer, turn);
            if (MM_FREES)
                mm_free_array(m, &BUFFER, buffer, BUFFER_BYTES);
            mm_set(m, &locals->brief, NULL);
        }
        mm_scope_end(m, scope);
    }
    return sum;
}

static uint64_t
buffer_good(struct mm_mutator *m, uint64_t n)
{
    MM_LOCALS(m, reused);
    struct mm_scope scope = mm_scope_begin(m);
    uint64_t sum = 0;
    mm_take(m, &locals->reused, mm_new_array(m, &BUFFER, BUFFER_BYTES));
    for (uint64_t turn = 0; turn < n; turn++)
        sum += buffer_process(mm_get(locals->reused), turn);
    if (MM_FREES)
        mm_free_array(m, &BUFFER, mm_get(locals->reused), BUFFER_BYTES);
    mm_set(m, &locals->reused, NULL);
    mm_scope_end(m, scope);
    return sum;
}

static const struct pair PAIR = {
    .bad = buffer_bad,
    .good = buffer_good,
    .sizes = { { 2, 1000 }, { 4, 50000 }, { 40, 100000 } },
    .peak_bytes = sizeof(struct buffer) + BUFFER_BYTES,
};

PAIR_WORKLOAD("buffer_reuse", "a buffer for one turn of a loop, or one for all", "a turn");
