/* breach.h -- what the small programs of this folder share: two types, and the shared main.
 *
 * Each program breaks one rule of mm.h in breach_run, and nothing else.  The last statement is
 * the one that breaks it, or the one at which it can first be seen. */
#ifndef BREACH_H
#define BREACH_H

#include "mm.h"

/* Called with a heap of check_every = 1, on the main thread, in no scope. */
void breach_run(struct mm_mutator *m);

/* For programs that start threads. */
extern struct mm_heap *breach_heap;

struct node {
    mm_ref left, right;
    uint64_t value;
};
MM_TYPE(NODE, struct node, .ref_words = MM_WORD(struct node, left) | MM_WORD(struct node, right));

/* A row of references behind a number. */
struct row {
    uint64_t value;
};
MM_TYPE(ROW, struct row, .tail = MM_TAIL_REFS);

/* Reads an object without a call of mm.h, which the compiler must not leave out. */
MM_INLINE uint64_t
breach_look(const struct node *node)
{
    return *(const volatile uint64_t *)&node->value;
}

MM_INLINE struct node *
breach_take(struct mm_mutator *m, mm_ref *slot, uint64_t value)
{
    mm_take(m, slot, mm_new(m, &NODE));
    struct node *node = mm_get(*slot);
    node->value = value;
    return node;
}

/* Frees what the slot refers to, and makes it null. */
MM_INLINE void
breach_drop(struct mm_mutator *m, mm_ref *slot)
{
    mm_free(m, &NODE, mm_get(*slot));
    mm_set(m, slot, NULL);
}

#endif
