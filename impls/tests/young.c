/* young.c -- proves of `generational` that a young object lives if an old one refers to it, by
 * whichever call it was stored, and that one young collection reclaims what is young and dead; that
 * an old object is remembered once, and none that need not be; that what a thread remembered stays
 * when it leaves; and that a lost log ends in a full collection. */
#include "common.h"
#include "generational.h"

#include <pthread.h>
#include <stdio.h>

enum { SMALL = 16, LARGE = 5000, MANY = 2 * LOG_WORDS, HOLDERS = 6000, GARBAGE_LARGE = 100000 };

struct leaf {
    mm_ref next;
    uint64_t value;
};
struct holder {
    mm_ref first, second;
};
MM_TYPE(LEAF, struct leaf, .ref_words = MM_WORD(struct leaf, next));
MM_TYPE(HOLDER, struct holder,
        .ref_words = MM_WORD(struct holder, first) | MM_WORD(struct holder, second));
MM_TYPE(ROW, struct leaf, .ref_words = MM_WORD(struct leaf, next), .tail = MM_TAIL_REFS);
MM_TYPE(BYTES, struct leaf, .ref_words = MM_WORD(struct leaf, next), .tail = MM_TAIL_BYTES);

struct young {
    struct mm_heap *heap;
    struct mm_mutator *m;
};

static mm_ref young_owner, young_source;

static struct young
young_begin(size_t heap_bytes)
{
    struct young y = { .heap = mm_heap_create(&(struct mm_config){ .heap_bytes = heap_bytes }) };
    y.m = mm_attach(y.heap);
    mm_global(y.m, &young_owner);
    mm_global(y.m, &young_source);
    return y;
}

static void
young_end(struct young *y)
{
    mm_verify(y->heap);
    mm_set(y->m, &young_owner, NULL);
    mm_set(y->m, &young_source, NULL);
    mm_collect(y->m);
    mm_verify(y->heap);
    mm_detach(y->m);
    mm_heap_destroy(y->heap);
}

/* Garbage until a young collection came, which also lies where dead objects were. */
static void
young_collect(struct young *y)
{
    uint64_t full = y->heap->blocks.cycles, before = y->heap->blocks.young_cycles;
    mm_verify(y->heap);
    while (y->heap->blocks.young_cycles < before + 1) {
        mm_owned owned = mm_new(y->m, &LEAF);
        ((struct leaf *)mm_peek(owned))->value = UINT64_MAX;
    }
    mm_assert(y->heap->blocks.cycles == full);
    mm_verify(y->heap);
}

static uint64_t
young_live(const struct young *y)
{
    return y->heap->blocks.live_bytes;
}

static size_t
young_logged(const struct young *y)
{
    size_t words = 0;
    for (size_t i = 0; i < y->heap->log.used; i++)
        words += y->heap->log.words[i] != 0;
    return words;
}

static mm_owned
young_leaf(struct young *y, uint64_t value)
{
    mm_owned owned = mm_new(y->m, &LEAF);
    ((struct leaf *)mm_peek(owned))->value = value;
    return owned;
}

static uint64_t
young_value(const mm_ref *place)
{
    return ((struct leaf *)mm_load(place))->value;
}

/* -- each call, into owners of each sort ---------------------------------------------------- */

enum young_call { STORE, STORE_NEW, COPY, CAS, CALLS };

static void
young_write(struct young *y, enum young_call call, void *owner, mm_ref *place, uint64_t value)
{
    MM_LOCALS(y->m, from);
    mm_owned owned = young_leaf(y, value);
    if (call == STORE_NEW) {
        mm_store_new(y->m, owner, place, owned);
        return;
    }
    mm_take(y->m, &locals->from, owned);
    if (call == STORE)
        mm_store(y->m, owner, place, mm_get(locals->from));
    else if (call == COPY)
        mm_copy(y->m, owner, place, &locals->from, 1);
    else
        mm_assert(mm_cas(y->m, owner, place, mm_load(place), mm_get(locals->from)));
}

/* Twice, so that it is remembered anew after a collection. */
static void
young_kept(struct young *y, enum young_call call, size_t offset)
{
    for (uint64_t value = 1; value <= 2; value++) {
        char *owner = mm_get(young_owner);
        mm_ref *place = (mm_ref *)(void *)(owner + offset);
        young_write(y, call, owner, place, value);
        mm_assert(young_logged(y) == 1);
        for (int i = 0; i < 3; i++) {
            young_collect(y);
            mm_assert(young_value(place) == value);
            mm_assert(young_logged(y) == 0);
        }
    }
}

static void
young_calls(void *user)
{
    (void)user;
    struct young y = young_begin(0);
    for (enum young_call call = 0; call < CALLS; call++) {
        mm_take(y.m, &young_owner, mm_new(y.m, &HOLDER));
        mm_collect(y.m);
        young_kept(&y, call, offsetof(struct holder, second));
        for (size_t n = SMALL; n <= LARGE; n += LARGE - SMALL) {
            mm_take(y.m, &young_owner, mm_new_array(y.m, &ROW, n));
            mm_collect(y.m);
            young_kept(&y, call, offsetof(struct leaf, next));
            young_kept(&y, call, mm_size(&ROW, n - 1));
        }
    }
    young_end(&y);
}

/* Many references at once, from one row to another; and mm_clear, after which they are dead. */
static void
young_ranges(void *user)
{
    (void)user;
    struct young y = young_begin(0);
    for (size_t n = MANY; n <= LARGE; n += LARGE - MANY) {
        mm_take(y.m, &young_owner, mm_new_array(y.m, &ROW, n));
        mm_collect(y.m);
        uint64_t before = young_live(&y);
        mm_take(y.m, &young_source, mm_new_array(y.m, &ROW, MANY));
        for (uint64_t i = 0; i < MANY; i++) {
            mm_owned owned = young_leaf(&y, i);
            void *source = mm_get(young_source);
            mm_store_new(y.m, source, mm_items(&ROW, source) + i, owned);
        }
        void *owner = mm_get(young_owner);
        mm_ref *to = mm_items(&ROW, owner) + n - MANY;
        mm_assert(young_logged(&y) == 0);
        mm_copy(y.m, owner, to, mm_items(&ROW, mm_get(young_source)), MANY);
        mm_assert(young_logged(&y) == 1);
        mm_set(y.m, &young_source, NULL);
        for (int i = 0; i < 3; i++) {
            young_collect(&y);
            for (uint64_t k = 0; k < MANY; k++)
                mm_assert(young_value(&to[k]) == k);
        }
        mm_clear(y.m, owner, to, MANY);
        mm_assert(young_logged(&y) == 0);
        mm_collect(y.m);
        mm_assert(young_live(&y) == before);
    }
    young_end(&y);
}

/* -- what is remembered -------------------------------------------------------------------------
 */

static void
young_once(void *user)
{
    (void)user;
    struct young y = young_begin(0);
    mm_take(y.m, &young_owner, mm_new(y.m, &HOLDER));
    struct holder *owner = mm_get(young_owner);
    mm_store_new(y.m, owner, &owner->first, young_leaf(&y, 1));
    mm_assert(young_logged(&y) == 0); /* young itself */
    mm_collect(y.m);
    mm_store(y.m, owner, &owner->second, mm_get(owner->first));
    mm_store(y.m, owner, &owner->first, NULL);
    mm_assert(young_logged(&y) == 0); /* nothing young */
    for (uint64_t i = 0; i < MANY; i++)
        mm_store_new(y.m, owner, &owner->first, young_leaf(&y, i));
    mm_assert(young_logged(&y) == 1);
    young_collect(&y);
    mm_assert(young_value(&owner->first) == MANY - 1);
    mm_assert(young_value(&owner->second) == 1);
    young_end(&y);
}

/* Small and large garbage is gone after one young collection; what is kept beside it is not. */
static void
young_garbage(void *user)
{
    (void)user;
    struct young y = young_begin(0);
    young_collect(&y);
    uint64_t before = young_live(&y);
    mm_take(y.m, &young_source, mm_new_array(y.m, &BYTES, GARBAGE_LARGE));
    for (uint64_t i = 0; i < MANY; i++) {
        mm_owned owned = young_leaf(&y, i);
        struct leaf *leaf = mm_peek(owned);
        mm_init(y.m, leaf, &leaf->next, mm_get(young_owner));
        mm_take(y.m, &young_owner, owned);
    }
    mm_set(y.m, &young_source, NULL);
    young_collect(&y);
    mm_assert(young_live(&y) == before + MANY * sizeof(struct leaf));
    mm_take(y.m, &young_owner, young_leaf(&y, 1));
    young_collect(&y);
    mm_assert(young_live(&y) == before + (MANY + 1) * sizeof(struct leaf)); /* old by now */
    mm_collect(y.m);
    mm_assert(young_live(&y) == before + sizeof(struct leaf));
    young_end(&y);
}

static void *
young_thread(void *user)
{
    struct young y = { .heap = user };
    y.m = mm_attach(y.heap);
    struct holder *owner = mm_get(young_owner);
    mm_store_new(y.m, owner, &owner->first, young_leaf(&y, 7));
    mm_detach(y.m);
    return NULL;
}

static void
young_leaves(void *user)
{
    (void)user;
    struct young y = young_begin(0);
    mm_take(y.m, &young_owner, mm_new(y.m, &HOLDER));
    mm_collect(y.m);
    pthread_t thread;
    mm_assert(pthread_create(&thread, NULL, young_thread, y.heap) == 0);
    mm_park(y.m);
    mm_assert(pthread_join(thread, NULL) == 0);
    mm_unpark(y.m);
    mm_assert(young_logged(&y) == 1);
    young_collect(&y);
    young_collect(&y);
    struct holder *owner = mm_get(young_owner);
    mm_assert(young_value(&owner->first) == 7);
    young_end(&y);
}

/* More old objects are written to than the log has room for. */
static void
young_lost(void *user)
{
    (void)user;
    struct young y = young_begin((size_t)4 << 20);
    mm_take(y.m, &young_owner, mm_new_array(y.m, &ROW, HOLDERS));
    for (size_t i = 0; i < HOLDERS; i++) {
        mm_owned owned = mm_new(y.m, &HOLDER);
        void *row = mm_get(young_owner);
        mm_store_new(y.m, row, mm_items(&ROW, row) + i, owned);
    }
    mm_collect(y.m);
    for (size_t i = 0; i < HOLDERS; i++) {
        mm_owned owned = young_leaf(&y, i);
        struct holder *holder = mm_get(mm_items(&ROW, mm_get(young_owner))[i]);
        mm_store_new(y.m, holder, &holder->second, owned);
    }
    mm_assert(y.heap->log.lost);
    uint64_t full = y.heap->blocks.cycles;
    while (y.heap->log.lost)
        mm_assert(mm_peek(young_leaf(&y, 0)));
    mm_assert(y.heap->blocks.cycles == full + 1);
    young_collect(&y);
    for (size_t i = 0; i < HOLDERS; i++) {
        struct holder *holder = mm_get(mm_items(&ROW, mm_get(young_owner))[i]);
        mm_assert(young_value(&holder->second) == i);
    }
    young_end(&y);
}

int
main(void)
{
    static const struct {
        const char *name;
        void (*body)(void *user);
    } cases[] = {
        { "calls", young_calls },     { "ranges", young_ranges }, { "once", young_once },
        { "garbage", young_garbage }, { "leaves", young_leaves }, { "lost", young_lost },
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = test_child(cases[i].body, NULL);
        if (status)
            printf("young %s: status %d\n", cases[i].name, status);
        failed |= status;
    }
    return failed != 0;
}
