/* slice_growth -- a thousand numbers are appended to a slice, again and again.
 *
 * bad begins with an empty slice, which doubles whenever it is full; good says at the start how
 * long it will be.  The appended numbers and the code that appends are the same: what is left is
 * the price of growing, which is small where a manager can extend an object in place. */
#include "pair.h"

struct slice {
    uint64_t length, capacity;
};

MM_TYPE(SLICE, struct slice, .tail = MM_TAIL_BYTES);

enum { ELEMENTS = 1000, LEAST_CAPACITY = 1, MOST_CAPACITY = 1024 };

static uint64_t
slice_bytes(uint64_t capacity)
{
    return capacity * sizeof(uint64_t);
}

static mm_owned
slice_new(struct mm_mutator *m, uint64_t capacity)
{
    mm_owned self = mm_new_array(m, &SLICE, slice_bytes(capacity));
    *(struct slice *)mm_peek(self) = (struct slice){ .length = 0, .capacity = capacity };
    return self;
}

/* Appends to the slice in a root. */
MM_INLINE void
slice_append(struct mm_mutator *m, mm_ref *root, uint64_t element)
{
    struct slice *slice = mm_get(*root);
    if (slice->length == slice->capacity) {
        uint64_t capacity = slice->capacity;
        mm_resize(m, root, &SLICE, slice_bytes(capacity), slice_bytes(2 * capacity));
        slice = mm_get(*root);
        slice->capacity = 2 * capacity;
    }
    uint64_t *elements = mm_tail(&SLICE, slice);
    elements[slice->length++] = element;
}

static uint64_t
slice_sum(struct slice *slice)
{
    const uint64_t *elements = mm_tail(&SLICE, slice);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < slice->length; i++)
        sum += elements[i] * (2 * i + 1);
    return sum;
}

/* n slices that begin with this capacity, one after the other. */
MM_INLINE uint64_t
slice_loop(struct mm_mutator *m, uint64_t n, uint64_t capacity)
{
    MM_LOCALS(m, numbers);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < n; i++) {
        struct mm_scope scope = mm_scope_begin(m);
        mm_take(m, &locals->numbers, slice_new(m, capacity));
        for (uint64_t j = 0; j < ELEMENTS; j++)
            slice_append(m, &locals->numbers, i ^ j);
        struct slice *slice = mm_get(locals->numbers);
        sum += slice_sum(slice);
        if (MM_FREES)
            mm_free_array(m, &SLICE, slice, slice_bytes(slice->capacity));
        mm_set(m, &locals->numbers, NULL);
        mm_scope_end(m, scope);
    }
    return sum;
}

static uint64_t
slice_bad(struct mm_mutator *m, uint64_t n)
{
    return slice_loop(m, n, LEAST_CAPACITY);
}

static uint64_t
slice_good(struct mm_mutator *m, uint64_t n)
{
    return slice_loop(m, n, ELEMENTS);
}

static const struct pair PAIR = {
    .bad = slice_bad,
    .good = slice_good,
    .sizes = { { 2, 30 }, { 4, 3000 }, { 40, 6000 } },
    .peak_bytes = sizeof(struct slice) + MOST_CAPACITY * sizeof(uint64_t),
};

PAIR_WORKLOAD("slice_growth", "slices that double until they fit, or fit from the start",
              "a slice");
