/* threads.c -- proves that several threads may use one heap: they come and go, make objects, hand
 * them to each other through shared fields, look at them, and free what others made, while any of
 * them may collect.  Nothing is lost, doubled or changed on the way.
 *
 * A board has places for each thread.  Any thread puts a parcel into a place that is empty, by
 * mm_cas; only the thread that the place belongs to takes it out again, so what it has borrowed
 * cannot die under it.  Parcels are counted by what they carry.
 *
 * The second heap is small, and in the third each allocation collects, or asks the others to stop
 * for it.  threads.MANAGER_tiny is the same with buffers so small that threads meet in full ones.
 */
#include "common.h"

#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, PLACES = 8, ITEMS_MAX = 5 };

struct threads_run {
    struct mm_config config;
    uint32_t rounds; /* of each thread, which attaches for each */
    uint32_t puts;   /* a round */
};

struct parcel {
    mm_ref items; /* a list of them */
    uint64_t sum; /* of what the items hold */
};
struct item {
    mm_ref next;
    uint32_t value, bytes;
};
struct board {
    uint64_t unused;
};
MM_TYPE(PARCEL, struct parcel, .ref_words = MM_WORD(struct parcel, items), .acyclic = true);
MM_TYPE(ITEM, struct item, .ref_words = MM_WORD(struct item, next), .tail = MM_TAIL_BYTES,
        .acyclic = true);
MM_TYPE(BOARD, struct board, .tail = MM_TAIL_REFS, .acyclic = true);

struct threads_worker {
    struct mm_heap *heap;
    const struct threads_run *run;
    struct test_random random;
    unsigned index;
    uint64_t put, taken; /* sums */
};

static mm_ref threads_board;

static mm_ref *
threads_place(unsigned index, unsigned place)
{
    return mm_items(&BOARD, mm_get(threads_board)) + index * PLACES + place;
}

static mm_owned
threads_parcel(struct mm_mutator *m, struct test_random *random)
{
    MM_LOCALS(m, items);
    uint32_t items = test_random_below(random, ITEMS_MAX + 1);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < items; i++) {
        uint32_t bytes = test_random_below(random, i ? 100 : 3000);
        mm_owned owned = mm_new_array(m, &ITEM, bytes);
        struct item *item = mm_peek(owned);
        item->value = (uint32_t)test_random_next(random);
        item->bytes = bytes;
        memset(mm_tail(&ITEM, item), (int)(item->value & 0xff), bytes);
        sum += item->value;
        mm_init(m, item, &item->next, mm_get(locals->items));
        mm_take(m, &locals->items, owned);
    }
    mm_owned owned = mm_new(m, &PARCEL);
    struct parcel *parcel = mm_peek(owned);
    parcel->sum = sum;
    mm_init_new(m, parcel, &parcel->items, mm_move(m, &locals->items));
    return owned;
}

/* What the parcel holds, verified; then it is free. */
static uint64_t
threads_open(struct mm_mutator *m, struct parcel *parcel)
{
    uint64_t sum = 0, expected = parcel->sum;
    for (struct item *item = mm_get(parcel->items), *next; item; item = next) {
        const unsigned char *bytes = mm_tail(&ITEM, item);
        for (uint32_t i = 0; i < item->bytes; i++)
            mm_assert(bytes[i] == (item->value & 0xff));
        sum += item->value;
        next = mm_get(item->next);
        mm_free_array(m, &ITEM, item, item->bytes);
    }
    mm_free(m, &PARCEL, parcel);
    mm_assert(sum == expected);
    return sum;
}

/* Into any place that is empty; if a few are not, it is opened at once. */
static void
threads_put(struct threads_worker *worker, struct mm_mutator *m)
{
    MM_LOCALS(m, parcel);
    mm_take(m, &locals->parcel, threads_parcel(m, &worker->random));
    struct parcel *parcel = mm_get(locals->parcel);
    uint64_t sum = parcel->sum;
    for (int i = 0; i < PLACES; i++) {
        mm_ref *place = threads_place(test_random_below(&worker->random, THREADS),
                                      test_random_below(&worker->random, PLACES));
        if (mm_cas(m, mm_get(threads_board), place, NULL, parcel)) {
            worker->put += sum;
            return;
        }
    }
    (void)threads_open(m, parcel);
}

static void
threads_take(struct threads_worker *worker, struct mm_mutator *m, unsigned place)
{
    MM_LOCALS(m, parcel);
    mm_ref *at = threads_place(worker->index, place);
    mm_set(m, &locals->parcel, mm_get_shared(*at));
    struct parcel *parcel = mm_get(locals->parcel);
    if (!parcel)
        return;
    mm_assert(mm_cas(m, mm_get(threads_board), at, parcel, NULL));
    worker->taken += threads_open(m, parcel);
}

static void
threads_round(struct threads_worker *worker, struct mm_mutator *m)
{
    for (uint32_t i = 0; i < worker->run->puts; i++) {
        threads_put(worker, m);
        threads_take(worker, m, i % PLACES);
        switch (test_random_below(&worker->random, 64)) {
        case 0:
            mm_park(m);
            mm_unpark(m);
            break;
        case 1:
            if (test_random_below(&worker->random, 8) == 0)
                mm_collect(m);
            break;
        default:
            mm_safepoint(m);
        }
    }
}

static void *
threads_work(void *user)
{
    struct threads_worker *worker = user;
    for (uint32_t round = 0; round < worker->run->rounds; round++) {
        struct mm_mutator *m = mm_attach(worker->heap);
        threads_round(worker, m);
        mm_detach(m);
    }
    return NULL;
}

/* What nobody took any more. */
static void
threads_drain(struct threads_worker *workers, struct mm_mutator *m)
{
    for (unsigned i = 0; i < THREADS; i++)
        for (unsigned place = 0; place < PLACES; place++)
            threads_take(&workers[i], m, place);
}

static void
threads_generation(const struct threads_run *run, struct mm_heap *heap, struct mm_mutator *m,
                   uint64_t seed)
{
    struct threads_worker workers[THREADS];
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct threads_worker){
            .heap = heap, .run = run, .index = i, .random = { seed * THREADS + i }
        };
        mm_assert(pthread_create(&threads[i], NULL, threads_work, &workers[i]) == 0);
    }
    mm_park(m);
    for (unsigned i = 0; i < THREADS; i++)
        mm_assert(pthread_join(threads[i], NULL) == 0);
    mm_unpark(m);
    threads_drain(workers, m);
    uint64_t put = 0, taken = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        put += workers[i].put;
        taken += workers[i].taken;
    }
    mm_assert(put == taken);
}

static void
threads_child(void *user)
{
    const struct threads_run *run = user;
    struct mm_heap *heap = mm_heap_create(&run->config);
    struct mm_mutator *m = mm_attach(heap);
    mm_global(m, &threads_board);
    mm_take(m, &threads_board, mm_new_array(m, &BOARD, THREADS * PLACES));
    for (uint64_t i = 0; i < 2; i++)
        threads_generation(run, heap, m, run->config.seed + i);
    mm_free_array(m, &BOARD, mm_get(threads_board), THREADS * PLACES);
    mm_set(m, &threads_board, NULL);
    mm_collect(m);
    mm_verify(heap);
    mm_detach(m);
    mm_heap_destroy(heap);
}

int
main(void)
{
    const uint32_t rounds = TEST_FEWER ? 10 : 20;
    struct threads_run runs[] = {
        { .config = { .seed = 1, .cores = 2 * THREADS }, .rounds = rounds, .puts = 400 },
        { .config = { .seed = 2, .cores = 2, .heap_bytes = (size_t)24 << 20 },
          .rounds = rounds,
          .puts = 400 },
        { .config = { .seed = 3, .cores = 2, .collect_always = true }, .rounds = 4, .puts = 25 },
    };
    if (MM_MANAGER.max_threads == 1)
        return test_skip("one thread");
    int failed = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        const struct mm_config *config = &runs[i].config;
        int status = config->heap_bytes && !test_reclaims() ? 0
                                                            : test_child(threads_child, &runs[i]);
        if (status)
            printf("threads %s: seed %llu, heap %zu: status %d\n", MM_MANAGER.name,
                   (unsigned long long)config->seed, config->heap_bytes, status);
        failed |= status;
    }
    return failed != 0;
}
