/* contract.c -- breaks nothing: every call of mm.h used as it should be, under every manager.
 *
 * It proves that the referee accepts what the contract allows, and that each manager does what
 * the contract says, as far as a program can see. */
#include "breach.h"

#include "parts/assert.h"

#include <pthread.h>

enum { CONTRACT_ROUNDS = 20, CONTRACT_UNITS = 5, CONTRACT_THREADS = 2 };

struct text {
    uint64_t length;
};
MM_TYPE(TEXT, struct text, .tail = MM_TAIL_BYTES);

struct pair {
    mm_ref key;
    uint64_t value;
};
MM_TYPE(PAIR, struct pair, .ref_words = MM_WORD(struct pair, key));

struct table {
    mm_ref owner;
    uint64_t used;
};
MM_TYPE(TABLE, struct table, .ref_words = MM_WORD(struct table, owner), .tail = MM_TAIL_ELEMENTS,
        .element = &PAIR);

struct line {
    uint64_t words[8];
};
MM_TYPE(LINE, struct line, .align = 64, .acyclic = true);

/* Two threads push onto it with mm_cas. */
struct stack {
    mm_ref top;
};
MM_TYPE(STACK, struct stack, .ref_words = MM_WORD(struct stack, top));

static mm_ref contract_kept;
static mm_ref contract_stack;

static mm_owned
contract_node(struct mm_mutator *m, uint64_t value)
{
    MM_LOCALS(m, node);
    mm_take(m, &locals->node, mm_new(m, &NODE));
    ((struct node *)mm_get(locals->node))->value = value;
    return mm_move(m, &locals->node);
}

static void
contract_free_tree(struct mm_mutator *m, struct node *node)
{
    if (!node)
        return;
    contract_free_tree(m, mm_get(node->left));
    contract_free_tree(m, mm_get(node->right));
    mm_free(m, &NODE, node);
}

static mm_owned
contract_tree(struct mm_mutator *m, unsigned depth)
{
    if (depth == 0)
        return contract_node(m, 1);
    MM_LOCALS(m, left, right);
    mm_take(m, &locals->left, contract_tree(m, depth - 1));
    mm_take(m, &locals->right, contract_tree(m, depth - 1));
    mm_owned owned = mm_new(m, &NODE);
    struct node *node = mm_peek(owned);
    mm_init_new(m, node, &node->left, mm_move(m, &locals->left));
    mm_init(m, node, &node->right, mm_get(locals->right));
    node->value = 1;
    return owned;
}

static uint64_t
contract_sum(const struct node *node)
{
    return node ? node->value + contract_sum(mm_get(node->left)) + contract_sum(mm_get(node->right))
                : 0;
}

static void
contract_trees(struct mm_mutator *m)
{
    MM_LOCALS(m, tree);
    mm_take(m, &locals->tree, contract_tree(m, 6));
    mm_collect(m);
    mm_assert(contract_sum(mm_get(locals->tree)) == 127);
    if (MM_FREES)
        contract_free_tree(m, mm_get(locals->tree));
    mm_set(m, &locals->tree, NULL);
    mm_safepoint(m);
}

/* A builder of bytes that doubles, and an object of a wide alignment. */
static void
contract_bytes(struct mm_mutator *m)
{
    MM_LOCALS(m, text, line);
    size_t room = 1;
    mm_take(m, &locals->text, mm_new_array(m, &TEXT, room));
    for (size_t i = 0; i < 100; i++) {
        if (i == room) {
            mm_resize(m, &locals->text, &TEXT, room, 2 * room);
            room *= 2;
        }
        ((char *)mm_tail(&TEXT, mm_get(locals->text)))[i] = (char)i;
    }
    const char *bytes = mm_tail(&TEXT, mm_get(locals->text));
    for (size_t i = 0; i < 100; i++)
        mm_assert(bytes[i] == (char)i);
    mm_take(m, &locals->line, mm_new(m, &LINE));
    mm_assert((uintptr_t)mm_get(locals->line) % 64 == 0);
    mm_free_array(m, &TEXT, mm_get(locals->text), room);
    mm_set(m, &locals->text, NULL);
    mm_free(m, &LINE, mm_get(locals->line));
    mm_set(m, &locals->line, NULL);
    mm_safepoint(m);
}

/* Rows of references: ranges copied in both directions, cleared, and resized both ways. */
static void
contract_rows(struct mm_mutator *m)
{
    MM_LOCALS(m, row, node);
    mm_take(m, &locals->row, mm_new_array(m, &ROW, CONTRACT_UNITS));
    mm_take(m, &locals->node, contract_node(m, 7));
    void *row = mm_get(locals->row);
    mm_ref *items = mm_items(&ROW, row);
    for (size_t i = 0; i < CONTRACT_UNITS; i++)
        mm_assert(!mm_get(items[i]));
    mm_store(m, row, &items[0], mm_get(locals->node));
    mm_copy(m, row, items + 1, items, CONTRACT_UNITS - 1);
    mm_assert(mm_get(items[1]) == mm_get(locals->node) && !mm_get(items[2]));
    mm_copy(m, row, items, items + 1, CONTRACT_UNITS - 1);
    mm_assert(mm_get(items[0]) == mm_get(locals->node) && !mm_get(items[1]));
    mm_resize(m, &locals->row, &ROW, CONTRACT_UNITS, 2 * CONTRACT_UNITS);
    row = mm_get(locals->row);
    items = mm_items(&ROW, row);
    mm_assert(mm_get(items[0]) == mm_get(locals->node) && !mm_get(items[2 * CONTRACT_UNITS - 1]));
    mm_resize(m, &locals->row, &ROW, 2 * CONTRACT_UNITS, 1);
    row = mm_get(locals->row);
    mm_clear(m, row, mm_items(&ROW, row), 1);
    mm_assert(!mm_get(mm_items(&ROW, row)[0]));
    mm_free_array(m, &ROW, row, 1);
    mm_set(m, &locals->row, NULL);
    breach_drop(m, &locals->node);
    mm_safepoint(m);
}

/* A table of elements with references, in a ring with a node. */
static void
contract_elements(struct mm_mutator *m)
{
    MM_LOCALS(m, table, node);
    mm_take(m, &locals->table, mm_new_array(m, &TABLE, 2));
    mm_resize(m, &locals->table, &TABLE, 2, CONTRACT_UNITS);
    mm_take(m, &locals->node, contract_node(m, 3));
    struct table *table = mm_get(locals->table);
    struct node *node = mm_get(locals->node);
    struct pair *pairs = mm_tail(&TABLE, table);
    mm_assert(!mm_get(table->owner) && !mm_get(pairs[CONTRACT_UNITS - 1].key));
    mm_store(m, table, &table->owner, node);
    mm_store(m, node, &node->left, table);
    mm_store(m, table, &pairs[CONTRACT_UNITS - 1].key, node);
    mm_safepoint(m);
    table = mm_get(locals->table);
    node = mm_get(table->owner);
    pairs = mm_tail(&TABLE, table);
    mm_assert(mm_get(pairs[CONTRACT_UNITS - 1].key) == node && mm_get(node->left) == table);
    mm_assert(node->value == 3);
    mm_free_array(m, &TABLE, table, CONTRACT_UNITS);
    mm_free(m, &NODE, node);
    mm_set(m, &locals->table, NULL);
    mm_set(m, &locals->node, NULL);
    mm_collect(m);
}

static void
contract_scopes(struct mm_mutator *m)
{
    MM_LOCALS(m, outer, inner, kept);
    struct mm_scope first = mm_scope_begin(m);
    mm_take(m, &locals->outer, contract_node(m, 1));
    struct mm_scope second = mm_scope_begin(m);
    mm_take(m, &locals->inner, contract_node(m, 2));
    mm_take(m, &locals->kept, mm_new_in(m, first, &NODE));
    mm_take(m, &contract_kept, mm_new_array_in(m, mm_scope_program(m), &ROW, 1));
    breach_drop(m, &locals->inner);
    mm_scope_end(m, second);
    mm_assert(((struct node *)mm_get(locals->outer))->value == 1);
    breach_drop(m, &locals->outer);
    breach_drop(m, &locals->kept);
    mm_scope_end(m, first);
    mm_free_array(m, &ROW, mm_get(contract_kept), 1);
    mm_set(m, &contract_kept, NULL);
}

static void
contract_push(struct mm_mutator *m, uint64_t value)
{
    MM_LOCALS(m, node);
    mm_take(m, &locals->node, contract_node(m, value));
    struct stack *stack = mm_get(contract_stack);
    struct node *node = mm_get(locals->node);
    void *top;
    do {
        top = mm_get_shared(stack->top);
        mm_store(m, node, &node->left, top);
    } while (!mm_cas(m, stack, &stack->top, top, node));
}

struct contract_thread {
    struct mm_heap *heap;
    uint64_t first;
};

static void *
contract_pusher(void *argument)
{
    const struct contract_thread *thread = argument;
    struct mm_mutator *m = mm_attach(thread->heap);
    for (uint64_t i = 0; i < CONTRACT_ROUNDS; i++)
        contract_push(m, thread->first + i);
    mm_detach(m);
    return NULL;
}

/* What was pushed is all there, whoever came first; a manager of one thread is asked for less. */
static void
contract_threads(struct mm_mutator *m)
{
    unsigned count = MM_MANAGER.max_threads > CONTRACT_THREADS ? CONTRACT_THREADS : 0;
    mm_take(m, &contract_stack, mm_new(m, &STACK));
    pthread_t threads[CONTRACT_THREADS];
    struct contract_thread arguments[CONTRACT_THREADS];
    mm_park(m);
    for (unsigned i = 0; i < count; i++) {
        arguments[i] = (struct contract_thread){ breach_heap, i * CONTRACT_ROUNDS };
        mm_assert(pthread_create(&threads[i], NULL, contract_pusher, &arguments[i]) == 0);
    }
    for (unsigned i = 0; i < count; i++)
        mm_assert(pthread_join(threads[i], NULL) == 0);
    mm_unpark(m);
    contract_push(m, count * CONTRACT_ROUNDS);
    uint64_t n = count * CONTRACT_ROUNDS + 1, sum = 0;
    struct stack *stack = mm_get(contract_stack);
    struct node *next;
    for (struct node *node = mm_get(stack->top); node; node = next) {
        next = mm_get(node->left);
        sum += node->value;
        mm_free(m, &NODE, node);
    }
    mm_assert(sum == n * (n - 1) / 2);
    mm_free(m, &STACK, stack);
    mm_set(m, &contract_stack, NULL);
}

void
breach_run(struct mm_mutator *m)
{
    mm_global(m, &contract_kept);
    mm_global(m, &contract_stack);
    contract_trees(m);
    contract_bytes(m);
    contract_rows(m);
    contract_elements(m);
    contract_scopes(m);
    contract_threads(m);
}
