/* last_places.c -- proves that a call may overwrite the last place of an object that the call
 * itself still reads or writes, and that an object may be resized while dead ones that nobody has
 * looked at yet refer to it: nothing is lost, and nothing dies twice.
 *
 * What dies of a write is not freed besides: malloc would leak it, as the referee would say. */
#include "common.h"

enum { VALUE = 4711, WAITING = 3000, UNITS = 10, GROWN = 1000, FILLERS = 200 };

struct node {
    mm_ref next;
    uint64_t value;
};
struct ring {
    mm_ref next;
    uint64_t value;
};
struct list {
    mm_ref next, kept;
};
struct row {
    uint64_t value;
};
MM_TYPE(NODE, struct node, .ref_words = MM_WORD(struct node, next), .acyclic = true);
MM_TYPE(RING, struct ring, .ref_words = MM_WORD(struct ring, next));
MM_TYPE(LIST, struct list, .ref_words = MM_WORD(struct list, next) | MM_WORD(struct list, kept));
MM_TYPE(ROW, struct row, .tail = MM_TAIL_REFS);

static void
last_places_check(struct mm_heap *heap, struct mm_mutator *m)
{
    mm_verify(heap);
    mm_collect(m);
    mm_verify(heap);
}

/* Objects in the place of those that died too early. */
static void
last_places_fill(struct mm_mutator *m)
{
    MM_LOCALS(m, row);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, FILLERS));
    for (uint32_t i = 0; i < FILLERS; i++) {
        mm_owned owned = mm_new(m, &NODE);
        ((struct node *)mm_peek(owned))->value = i;
        mm_store_new(m, mm_get(locals->row), mm_items(&ROW, mm_get(locals->row)) + i, owned);
    }
    for (uint32_t i = 0; MM_FREES && i < FILLERS; i++)
        mm_free(m, &NODE, mm_get(mm_items(&ROW, mm_get(locals->row))[i]));
    mm_free_array(m, &ROW, mm_get(locals->row), FILLERS);
}

static mm_owned
last_places_node(struct mm_mutator *m, uint64_t value)
{
    mm_owned owned = mm_new(m, &NODE);
    ((struct node *)mm_peek(owned))->value = value;
    return owned;
}

/* first -> second -> third: what `second` holds is copied over the only place that refers to it. */
static void
last_places_copy(struct mm_heap *heap, struct mm_mutator *m)
{
    MM_LOCALS(m, first, rest);
    mm_take(m, &locals->rest, last_places_node(m, VALUE));
    mm_owned owned = last_places_node(m, 0);
    mm_init_new(m, mm_peek(owned), &((struct node *)mm_peek(owned))->next,
                mm_move(m, &locals->rest));
    mm_take(m, &locals->rest, owned);
    owned = last_places_node(m, 0);
    mm_init_new(m, mm_peek(owned), &((struct node *)mm_peek(owned))->next,
                mm_move(m, &locals->rest));
    mm_take(m, &locals->first, owned);
    struct node *first = mm_get(locals->first), *second = mm_get(first->next);
    mm_copy(m, first, &first->next, &second->next, 1);
    last_places_fill(m);
    first = mm_get(locals->first);
    mm_assert(((struct node *)mm_get(first->next))->value == VALUE);
    last_places_check(heap, m);
    first = mm_get(locals->first);
    mm_free(m, &NODE, mm_get(first->next));
    mm_free(m, &NODE, first);
}

/* A ring of two that only its own places keep. */
static struct ring *
last_places_ring(struct mm_mutator *m)
{
    MM_LOCALS(m, first);
    mm_take(m, &locals->first, mm_new(m, &RING));
    mm_owned second = mm_new(m, &RING);
    struct ring *first = mm_get(locals->first);
    mm_init(m, mm_peek(second), &((struct ring *)mm_peek(second))->next, first);
    mm_store_new(m, first, &first->next, second);
    return first;
}

/* The object that is written into dies of the write. */
static void
last_places_clear(struct mm_heap *heap, struct mm_mutator *m)
{
    struct ring *first = last_places_ring(m);
    mm_clear(m, first, &first->next, 1);
    last_places_fill(m);
    last_places_check(heap, m);
}

/* A long list that refers to the row in `row` from its end. */
static void
last_places_list(struct mm_mutator *m, mm_ref *list, const mm_ref *row)
{
    for (uint32_t i = 0; i < WAITING; i++) {
        mm_owned owned = mm_new(m, &LIST);
        struct list *fresh = mm_peek(owned);
        mm_init(m, fresh, &fresh->kept, i == 0 ? mm_get(*row) : NULL);
        mm_init(m, fresh, &fresh->next, mm_get(*list));
        mm_take(m, list, owned);
    }
}

static void
last_places_free_list(struct mm_mutator *m, mm_ref *slot)
{
    for (struct list *list = mm_get(*slot), *next; MM_FREES && list; list = next) {
        next = mm_get(list->next);
        mm_free(m, &LIST, list);
    }
    mm_set(m, slot, NULL);
}

/* The row is resized while the list that died may still refer to it. */
static void
last_places_resize(struct mm_heap *heap, struct mm_mutator *m)
{
    MM_LOCALS(m, list, row);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, UNITS));
    for (uint32_t i = 0; i < UNITS; i++) {
        mm_owned owned = last_places_node(m, VALUE + i);
        mm_store_new(m, mm_get(locals->row), mm_items(&ROW, mm_get(locals->row)) + i, owned);
    }
    last_places_list(m, &locals->list, &locals->row);
    last_places_free_list(m, &locals->list);
    mm_resize(m, &locals->row, &ROW, UNITS, GROWN);
    mm_verify(heap);
    last_places_fill(m);
    last_places_check(heap, m);
    for (uint32_t i = 0; i < GROWN; i++) {
        struct node *node = mm_get(mm_items(&ROW, mm_get(locals->row))[i]);
        mm_assert(i < UNITS ? node->value == VALUE + i : !node);
        if (node)
            mm_free(m, &NODE, node);
    }
    mm_free_array(m, &ROW, mm_get(locals->row), GROWN);
}

static void
last_places_run(void *user)
{
    struct mm_heap *heap = mm_heap_create(user);
    struct mm_mutator *m = mm_attach(heap);
    for (int round = 0; round < 3; round++) {
        last_places_copy(heap, m);
        last_places_clear(heap, m);
        last_places_resize(heap, m);
        last_places_check(heap, m);
    }
    mm_detach(m);
    mm_heap_destroy(heap);
}

int
main(void)
{
    struct mm_config plain = { .seed = 0 }, always = { .collect_always = true };
    return test_child(last_places_run, &plain) || test_child(last_places_run, &always);
}
