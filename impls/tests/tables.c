/* tables.c -- proves that a thread may copy many references at once into its large objects while
 * another makes and drops large objects of its own, for which it sweeps what the first one's are
 * among: a barrier that marks a whole object as written meets the sweep that reads the mark. */
#include "common.h"

#include <pthread.h>

enum {
    THREADS = 2,
    LIMIT_BYTES = 5 << 19,
    TABLES = 8,      /* of each thread */
    ROWS_MIN = 2100, /* of a table: more than a block holds */
    ROWS_MAX = 9000,
    ITEMS = 100,    /* copied at once: more than a barrier takes one by one */
    NEW_ONE_IN = 8, /* turns */
    COLLECT_ONE_IN = 100,
    BRIEF = 50, /* objects that die in the turn, so that it is worth telling young from old */
    TURNS = 12000 / (TEST_FEWER ? 4 : 1)
};

struct item {
    uint64_t number;
};
struct table {
    uint64_t rows;
};
MM_TYPE(ITEM, struct item, .acyclic = true);
MM_TYPE(TABLE, struct table, .tail = MM_TAIL_REFS, .acyclic = true);

struct worker {
    struct mm_heap *heap;
    struct test_random random;
};

static mm_ref *
tables_row(void *table, uint32_t row)
{
    return mm_items(&TABLE, table) + row;
}

static void
tables_drop(struct mm_mutator *m, void *shelf, uint32_t place)
{
    mm_ref *at = tables_row(shelf, place);
    struct table *table = mm_get(*at);
    if (!table)
        return;
    mm_free_array(m, &TABLE, table, table->rows);
    mm_store(m, shelf, at, NULL);
}

/* The row holds nothing, or the item whose number it has. */
static void
tables_look(void *table, uint32_t row)
{
    const struct item *item = mm_get(*tables_row(table, row));
    mm_assert(!item || item->number == row % ITEMS);
}

static void
tables_brief(struct mm_mutator *m)
{
    for (int i = 0; i < BRIEF; i++)
        mm_free(m, &ITEM, mm_peek(mm_new(m, &ITEM)));
}

/* The table of a place, now and then a new one. */
static struct table *
tables_choose(struct worker *worker, struct mm_mutator *m, const mm_ref *shelf)
{
    uint32_t place = test_random_below(&worker->random, TABLES);
    const mm_ref *at = tables_row(mm_get(*shelf), place);
    if (!mm_get(*at) || test_random_below(&worker->random, NEW_ONE_IN) == 0) {
        tables_drop(m, mm_get(*shelf), place);
        uint32_t rows = ROWS_MIN + test_random_below(&worker->random, ROWS_MAX - ROWS_MIN);
        mm_owned made = mm_new_array(m, &TABLE, rows);
        ((struct table *)mm_peek(made))->rows = rows;
        mm_store_new(m, mm_get(*shelf), tables_row(mm_get(*shelf), place), made);
    }
    return mm_get(*tables_row(mm_get(*shelf), place));
}

static void
tables_turn(struct worker *worker, struct mm_mutator *m, const mm_ref *shelf, const mm_ref *items)
{
    struct table *table = tables_choose(worker, m, shelf);
    uint32_t rows = (uint32_t)table->rows,
             row = test_random_below(&worker->random, rows / ITEMS) * ITEMS;
    mm_copy(m, table, tables_row(table, row), tables_row(mm_get(*items), 0), ITEMS);
    tables_look(table, test_random_below(&worker->random, rows));
    tables_brief(m);
    if (test_random_below(&worker->random, COLLECT_ONE_IN) == 0)
        mm_collect(m);
    mm_safepoint(m);
}

static void
tables_end(struct mm_mutator *m, const mm_ref *shelf, const mm_ref *items)
{
    for (uint32_t place = 0; place < TABLES; place++) {
        struct table *table = mm_get(*tables_row(mm_get(*shelf), place));
        for (uint32_t row = 0; table && row < table->rows; row++)
            tables_look(table, row);
        tables_drop(m, mm_get(*shelf), place);
    }
    for (uint32_t i = 0; i < ITEMS; i++)
        mm_free(m, &ITEM, mm_get(*tables_row(mm_get(*items), i)));
    mm_free_array(m, &TABLE, mm_get(*items), ITEMS);
    mm_free_array(m, &TABLE, mm_get(*shelf), TABLES);
}

static void
tables_mutate(struct worker *worker, struct mm_mutator *m)
{
    MM_LOCALS(m, shelf, items);
    mm_take(m, &locals->shelf, mm_new_array(m, &TABLE, TABLES));
    mm_take(m, &locals->items, mm_new_array(m, &TABLE, ITEMS));
    for (uint32_t i = 0; i < ITEMS; i++) {
        mm_owned item = mm_new(m, &ITEM);
        ((struct item *)mm_peek(item))->number = i;
        mm_store_new(m, mm_get(locals->items), tables_row(mm_get(locals->items), i), item);
    }
    for (uint32_t turn = 0; turn < TURNS; turn++)
        tables_turn(worker, m, &locals->shelf, &locals->items);
    tables_end(m, &locals->shelf, &locals->items);
}

static void *
tables_thread(void *user)
{
    struct worker *worker = user;
    struct mm_mutator *m = mm_attach(worker->heap);
    tables_mutate(worker, m);
    mm_detach(m);
    return NULL;
}

static void
tables_child(void *user)
{
    struct mm_heap *heap = mm_heap_create(
        &(struct mm_config){ .heap_bytes = LIMIT_BYTES, .cores = THREADS });
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    (void)user;
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){ .heap = heap, .random = { i } };
        mm_assert(pthread_create(&threads[i], NULL, tables_thread, &workers[i]) == 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        mm_assert(pthread_join(threads[i], NULL) == 0);
    mm_verify(heap);
    mm_heap_destroy(heap);
}

int
main(void)
{
    return test_only("tables", tables_child);
}
