/* left_cells.c -- proves that what one thread left free between its own objects is found by another
 * when it is all that is left: one makes objects, drops every second of them and parks; under a
 * limit that has no room otherwise the other makes as many as half of those that were dropped. */
#include "common.h"

#include <pthread.h>
#include <stdio.h>

enum { LIMIT_BYTES = 25 << 19, KEPT = 22000, MORE = KEPT / 2, LABEL_BYTES = 232 };

struct node {
    mm_ref next;
    uint64_t number;
    unsigned char label[LABEL_BYTES];
};
MM_TYPE(NODE, struct node, .ref_words = MM_WORD(struct node, next));

static mm_ref left_kept, left_more;

static void
left_push(struct mm_mutator *m, mm_ref *slot, uint64_t number)
{
    mm_owned owned = mm_new(m, &NODE);
    struct node *node = mm_peek(owned);
    node->number = number;
    mm_init(m, node, &node->next, mm_get(*slot));
    mm_take(m, slot, owned);
}

static uint64_t
left_length(const mm_ref *slot)
{
    uint64_t length = 0;
    for (const struct node *node = mm_get(*slot); node; node = mm_get(node->next))
        length++;
    return length;
}

/* Drops every second node of the list. */
static void
left_thin(struct mm_mutator *m, const mm_ref *slot)
{
    for (struct node *node = mm_get(*slot); node; node = mm_get(node->next)) {
        struct node *next = mm_get(node->next);
        mm_store(m, node, &node->next, next ? mm_get(next->next) : NULL);
    }
}

static void *
left_other(void *user)
{
    struct mm_mutator *m = mm_attach(user);
    for (uint64_t i = 0; i < MORE; i++)
        left_push(m, &left_more, i);
    mm_detach(m);
    return NULL;
}

static void
left_child(void *user)
{
    (void)user;
    struct mm_heap *heap = mm_heap_create(
        &(struct mm_config){ .heap_bytes = LIMIT_BYTES, .cores = 2 });
    struct mm_mutator *m = mm_attach(heap);
    mm_global(m, &left_kept);
    mm_global(m, &left_more);
    for (uint64_t i = 0; i < (uint64_t)2 * KEPT; i++)
        left_push(m, &left_kept, i);
    left_thin(m, &left_kept);
    pthread_t other;
    mm_assert(pthread_create(&other, NULL, left_other, heap) == 0);
    mm_park(m);
    pthread_join(other, NULL);
    mm_unpark(m);
    mm_assert(left_length(&left_kept) == KEPT && left_length(&left_more) == MORE);
    mm_verify(heap);
    mm_set(m, &left_kept, NULL);
    mm_set(m, &left_more, NULL);
    mm_detach(m);
    mm_heap_destroy(heap);
}

int
main(void)
{
    int status = test_child(left_child, NULL);
    if (status)
        printf("left_cells %s: status %d\n", MM_MANAGER.name, status);
    return status;
}
