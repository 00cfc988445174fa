/* chain.c -- see chain.h. */
#include "chain.h"

struct chain_node {
    mm_ref next, data;
    uint32_t index; /* from the end of the list, counted from 1 */
    uint32_t bytes;
};
struct chain_data {
    uint64_t index;
};
MM_TYPE(CHAIN_NODE, struct chain_node,
        .ref_words = MM_WORD(struct chain_node, next) | MM_WORD(struct chain_node, data));
MM_TYPE(CHAIN_DATA, struct chain_data, .tail = MM_TAIL_BYTES, .acyclic = true);

static unsigned char
chain_byte(const struct chain_node *node)
{
    return (unsigned char)(node->index * 167 + node->bytes);
}

size_t
chain_bytes(uint32_t bytes)
{
    return sizeof(struct chain_node) + sizeof(struct chain_data) + bytes;
}

void
chain_push(struct mm_mutator *m, mm_ref *slot, uint32_t bytes)
{
    MM_LOCALS(m, data);
    mm_take(m, &locals->data, mm_new_array(m, &CHAIN_DATA, bytes));
    mm_owned owned = mm_new(m, &CHAIN_NODE);
    struct chain_node *node = mm_peek(owned), *first = mm_get(*slot);
    node->index = first ? first->index + 1 : 1;
    node->bytes = bytes;
    struct chain_data *data = mm_get(locals->data);
    data->index = node->index;
    memset(mm_tail(&CHAIN_DATA, data), chain_byte(node), bytes);
    mm_init(m, node, &node->next, first);
    mm_init_new(m, node, &node->data, mm_move(m, &locals->data));
    mm_take(m, slot, owned);
}

uint32_t
chain_verify(const mm_ref *slot)
{
    uint32_t n = 0;
    uint32_t index = 0;
    for (struct chain_node *node = mm_get(*slot); node; node = mm_get(node->next)) {
        struct chain_data *data = mm_get(node->data);
        const unsigned char *bytes = mm_tail(&CHAIN_DATA, data);
        mm_assert(n == 0 || node->index == index - 1);
        mm_assert(data->index == node->index);
        for (uint32_t i = 0; i < node->bytes; i++)
            mm_assert(bytes[i] == chain_byte(node));
        index = node->index;
        n++;
    }
    mm_assert(n == 0 || index == 1);
    return n;
}

static void
chain_free(struct mm_mutator *m, struct chain_node *node)
{
    mm_free_array(m, &CHAIN_DATA, mm_get(node->data), node->bytes);
    mm_free(m, &CHAIN_NODE, node);
}

/* The root is overwritten before the node dies, so that what follows is kept. */
void
chain_pop(struct mm_mutator *m, mm_ref *slot)
{
    MM_LOCALS(m, first);
    mm_set(m, &locals->first, mm_get(*slot));
    struct chain_node *node = mm_get(locals->first);
    mm_set(m, slot, mm_get(node->next));
    chain_free(m, node);
}

void
chain_drop(struct mm_mutator *m, mm_ref *slot)
{
    for (struct chain_node *node = mm_get(*slot), *next; MM_FREES && node; node = next) {
        next = mm_get(node->next);
        chain_free(m, node);
    }
    mm_set(m, slot, NULL);
}
