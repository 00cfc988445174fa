/* soak.c -- proves that a manager bears a long run by two threads: nothing is lost, doubled or
 * changed, and the memory that it holds does not grow.
 *
 * Each thread owns a shelf: a table of nodes that live for a random time and are replaced by new
 * ones, each with a child that refers back to it.  What each place of the shelf must hold is known
 * beside the heap, by a tag that counts how often it was replaced.  Each thread also sends numbered
 * messages to the other one by a belt of few places, and takes what comes: the numbers must follow
 * each other without a gap, and each message must be as it was sent.  Threads come and go; what
 * they own stays.
 *
 * The time is divided into ten parts, after a warm-up in which a collector has made some cycles. In
 * each, what is held is read some times.  Cells of random sizes that die at random lie worse the
 * longer it goes on, by less and less: what is held grows like the logarithm of the replacements,
 * of which a sanitized build does a tenth.  So the first half of the time, and all of a run of less
 * than five minutes, may hold three times what the first part did, and is there to settle; the
 * second half may hold a tenth and a MiB more than the part before it.  A leak grows on.
 *
 * In debug builds the seed also makes threads wait at random where they meet (world_jitter).
 *
 * $SOAK_SECONDS says how long (2), $SOAK_SEED with which random numbers (1).  Exit status: 0 fine,
 * 1 something is wrong, 2 usage, 3 memory exhausted, 77 not soaked. */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    THREADS = 2,
    PLACES = 64,  /* of a belt */
    SHELF = 8192, /* nodes */
    PARTS = 10,
    SETTLED_PARTS = PARTS / 2,
    SAMPLES = 20,      /* of each part: so often threads come and go */
    SAMPLES_SHORT = 4, /* in a short run: the thread sanitizer takes 50 ms for that */
    WARM_UP_CYCLES = 5,
    WARM_UP_TURNS = 4 * SHELF,
    LOOK_TURNS = 32,    /* between looks at the clock */
    LARGE_CHANCE = 4096 /* one payload in so many is large */
};
static const double WARM_UP_MAX_S = 60;
static const double GROWTH_MAX = 1.1, GROWTH_MAX_UNSETTLED = 3;
static const uint64_t GROWTH_MAX_BYTES = 1 << 20, SHORT_S = 300;

struct node {
    mm_ref child;
    uint64_t place, tag;
};
struct child {
    mm_ref parent;
    uint64_t tag, bytes;
};
struct message {
    mm_ref load; /* a child without a parent */
    uint64_t sender, number;
};
struct board {
    uint64_t unused;
};
MM_TYPE(NODE, struct node, .ref_words = MM_WORD(struct node, child));
MM_TYPE(CHILD, struct child, .ref_words = MM_WORD(struct child, parent), .tail = MM_TAIL_BYTES);
MM_TYPE(MESSAGE, struct message, .ref_words = MM_WORD(struct message, load));
MM_TYPE(BOARD, struct board, .tail = MM_TAIL_REFS);

/* What one thread owns beside the heap. */
struct soaker {
    struct mm_heap *heap;
    unsigned index;
    struct test_random random;
    uint64_t until_ns;
    uint64_t turns, sent, received;
    uint64_t tags[SHELF];
};

static mm_ref soak_belts;   /* a belt to each thread */
static mm_ref soak_shelves; /* one for each thread */
static struct soaker soakers[THREADS];

/* The first to see it says it, and the process ends: a heap that lost something is not gone on
 * with.
 */
static void soak_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void
soak_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "soak %s: ", MM_MANAGER.name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    _Exit(1);
}

static void
soak_exhausted(void)
{
    fflush(stdout);
    fprintf(stderr, "soak %s: memory exhausted, without a limit\n", MM_MANAGER.name);
}

static uint64_t
soak_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* -- Payloads ---------------------------------------------------------------------- */

static uint64_t
soak_payload_bytes(struct test_random *random)
{
    if (test_random_below(random, LARGE_CHANCE) == 0)
        return test_random_below(random, 100000);
    return test_random_below(random, test_random_below(random, 16) == 0 ? 2000 : 64);
}

static mm_owned
soak_child(struct mm_mutator *m, struct test_random *random, uint64_t tag)
{
    uint64_t bytes = soak_payload_bytes(random);
    mm_owned owned = mm_new_array(m, &CHILD, bytes);
    struct child *child = mm_peek(owned);
    child->tag = tag;
    child->bytes = bytes;
    memset(mm_tail(&CHILD, child), (int)(tag & 0xff), bytes);
    return owned;
}

/* NULL, or what is wrong with it. */
static const char *
soak_inspect(struct child *child, uint64_t tag)
{
    if (!child)
        return "its payload is gone";
    if (child->tag != tag)
        return "its payload is another's";
    const unsigned char *bytes = mm_tail(&CHILD, child);
    for (uint64_t i = 0; i < child->bytes; i++) {
        if (bytes[i] != (tag & 0xff))
            return "its payload was overwritten";
    }
    return NULL;
}

/* -- Shelves ------------------------------------------------------------------------ */

static void *
soak_shelf(const struct soaker *soaker)
{
    return mm_get(mm_items(&BOARD, mm_get(soak_shelves))[soaker->index]);
}

static mm_owned
soak_node(struct mm_mutator *m, struct test_random *random, uint64_t place, uint64_t tag)
{
    MM_LOCALS(m, child);
    mm_take(m, &locals->child, soak_child(m, random, place ^ tag));
    mm_owned owned = mm_new(m, &NODE);
    struct node *node = mm_peek(owned);
    struct child *child = mm_get(locals->child);
    node->place = place;
    node->tag = tag;
    mm_init(m, node, &node->child, child);
    mm_store(m, child, &child->parent, node);
    return owned;
}

/* What a place of the shelf holds, verified. */
static struct node *
soak_look(const struct soaker *soaker, uint64_t place)
{
    struct node *node = mm_get(mm_items(&BOARD, soak_shelf(soaker))[place]);
    const char *wrong = NULL;
    struct child *child = node ? mm_get(node->child) : NULL;
    if (!node)
        wrong = "it is gone";
    else if (node->place != place || node->tag != soaker->tags[place])
        wrong = "it is another object";
    else
        wrong = soak_inspect(child, place ^ node->tag);
    if (!wrong && mm_get(child->parent) != (void *)node)
        wrong = "its child refers to another parent";
    if (wrong)
        soak_fail("thread %u, turn %" PRIu64 ", place %" PRIu64 " of its shelf: %s", soaker->index,
                  soaker->turns, place, wrong);
    return node;
}

/* Both refer to each other: whoever is told of deaths is told of both. */
static void
soak_free_node(struct mm_mutator *m, struct node *node)
{
    struct child *child = mm_get(node->child);
    mm_free_array(m, &CHILD, child, child->bytes);
    mm_free(m, &NODE, node);
}

static void
soak_replace(struct soaker *soaker, struct mm_mutator *m)
{
    uint64_t place = test_random_below(&soaker->random, SHELF);
    (void)soak_look(soaker, place);
    mm_owned owned = soak_node(m, &soaker->random, place, ++soaker->tags[place]);
    void *shelf = soak_shelf(soaker);
    mm_ref *slot = mm_items(&BOARD, shelf) + place;
    struct node *old = mm_get(*slot);
    if (MM_FREES)
        soak_free_node(m, old);
    mm_store_new(m, shelf, slot, owned);
}

/* -- Belts ------------------------------------------------------------------------- */

static mm_ref *
soak_place(unsigned receiver, uint64_t number)
{
    return mm_items(&BOARD, mm_get(soak_belts)) + receiver * PLACES + number % PLACES;
}

static uint64_t
soak_message_tag(unsigned sender, uint64_t number)
{
    return number * THREADS + sender;
}

/* Only this thread fills the places of this belt, so one that is empty stays so until then. */
static void
soak_send(struct soaker *soaker, struct mm_mutator *m)
{
    MM_LOCALS(m, load, message);
    unsigned receiver = (soaker->index + 1) % THREADS;
    if (mm_get_shared(*soak_place(receiver, soaker->sent)))
        return;
    uint64_t tag = soak_message_tag(soaker->index, soaker->sent);
    mm_take(m, &locals->load, soak_child(m, &soaker->random, tag));
    mm_take(m, &locals->message, mm_new(m, &MESSAGE));
    struct message *message = mm_get(locals->message);
    message->sender = soaker->index;
    message->number = soaker->sent;
    mm_init(m, message, &message->load, mm_get(locals->load));
    if (!mm_cas(m, mm_get(soak_belts), soak_place(receiver, soaker->sent), NULL, message))
        soak_fail("thread %u: the place of message %" PRIu64 " was empty and is not", soaker->index,
                  soaker->sent);
    soaker->sent++;
}

static void
soak_receive(struct soaker *soaker, struct mm_mutator *m)
{
    MM_LOCALS(m, message);
    unsigned sender = (soaker->index + THREADS - 1) % THREADS;
    mm_ref *place = soak_place(soaker->index, soaker->received);
    mm_set(m, &locals->message, mm_get_shared(*place));
    struct message *message = mm_get(locals->message);
    if (!message)
        return;
    struct child *load = mm_get(message->load);
    const char *wrong = NULL;
    if (message->sender != sender || message->number != soaker->received)
        wrong = "it is another object";
    else
        wrong = soak_inspect(load, soak_message_tag(sender, soaker->received));
    if (wrong)
        soak_fail("thread %u, message %" PRIu64 ": %s", soaker->index, soaker->received, wrong);
    if (!mm_cas(m, mm_get(soak_belts), place, message, NULL))
        soak_fail("thread %u: message %" PRIu64 " was taken twice", soaker->index,
                  soaker->received);
    if (MM_FREES) {
        mm_free_array(m, &CHILD, load, load->bytes);
        mm_free(m, &MESSAGE, message);
    }
    soaker->received++;
}

/* -- Threads ----------------------------------------------------------------------- */

static void
soak_turn(struct soaker *soaker, struct mm_mutator *m)
{
    soak_replace(soaker, m);
    soak_receive(soaker, m);
    soak_send(soaker, m);
    mm_safepoint(m);
    if (test_random_below(&soaker->random, 1024) == 0) {
        mm_park(m);
        mm_unpark(m);
    }
    soaker->turns++;
}

static void *
soak_run(void *user)
{
    struct soaker *soaker = user;
    struct mm_mutator *m = mm_attach(soaker->heap);
    do {
        for (unsigned i = 0; i < LOOK_TURNS; i++)
            soak_turn(soaker, m);
    } while (soak_clock() < soaker->until_ns);
    mm_detach(m);
    return NULL;
}

/* All threads work for a while; then reads what the heap holds. */
static struct mm_stats
soak_sample(struct mm_heap *heap, struct mm_mutator *m, double seconds)
{
    pthread_t threads[THREADS];
    uint64_t until_ns = soak_clock() + (uint64_t)(seconds * 1e9);
    for (unsigned i = 0; i < THREADS; i++) {
        soakers[i].until_ns = until_ns;
        int error = pthread_create(&threads[i], NULL, soak_run, &soakers[i]);
        if (error)
            soak_fail("thread %u could not be started: %s", i, strerror(error));
    }
    mm_park(m);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    mm_unpark(m);
    struct mm_stats stats;
    mm_stats(heap, &stats);
    return stats;
}

/* -- The whole --------------------------------------------------------------------- */

static void
soak_fill(struct mm_heap *heap, struct mm_mutator *m, uint64_t seed)
{
    mm_global(m, &soak_belts);
    mm_global(m, &soak_shelves);
    mm_take(m, &soak_belts, mm_new_array(m, &BOARD, THREADS * PLACES));
    mm_take(m, &soak_shelves, mm_new_array(m, &BOARD, THREADS));
    for (unsigned i = 0; i < THREADS; i++) {
        struct soaker *soaker = &soakers[i];
        soaker->heap = heap;
        soaker->index = i;
        soaker->random.state = seed * THREADS + i;
        mm_owned shelf = mm_new_array(m, &BOARD, SHELF);
        void *shelves = mm_get(soak_shelves);
        mm_store_new(m, shelves, mm_items(&BOARD, shelves) + i, shelf);
        for (uint64_t place = 0; place < SHELF; place++) {
            mm_owned node = soak_node(m, &soaker->random, place, 0);
            void *owner = soak_shelf(soaker);
            mm_store_new(m, owner, mm_items(&BOARD, owner) + place, node);
        }
    }
}

/* Until turns and cycles are as usual; the first part is compared with all later ones. */
static void
soak_warm_up(struct mm_heap *heap, struct mm_mutator *m, double sample_s)
{
    uint64_t begin_ns = soak_clock();
    for (;;) {
        struct mm_stats stats = soak_sample(heap, m, sample_s);
        bool has_cycles = !MM_MANAGER.collects || stats.collections >= WARM_UP_CYCLES;
        if (has_cycles && soakers[0].turns >= WARM_UP_TURNS && soakers[1].turns >= WARM_UP_TURNS)
            return;
        if ((double)(soak_clock() - begin_ns) * 1e-9 > WARM_UP_MAX_S)
            soak_fail("%" PRIu64 " cycles and %" PRIu64 " turns in %.0f s: it does not get on",
                      stats.collections, soakers[0].turns, WARM_UP_MAX_S);
    }
}

/* One part of the time; the most that was held. */
static uint64_t
soak_part(struct mm_heap *heap, struct mm_mutator *m, unsigned part, unsigned samples,
          double sample_s)
{
    uint64_t most = 0;
    struct mm_stats stats;
    for (unsigned i = 0; i < samples; i++) {
        stats = soak_sample(heap, m, sample_s);
        most = stats.held_bytes > most ? stats.held_bytes : most;
    }
    printf("%s: part %u of %d: %" PRIu64 " and %" PRIu64 " messages received, ", MM_MANAGER.name,
           part, PARTS, soakers[0].received, soakers[1].received);
    if (MM_MANAGER.collects)
        printf("%" PRIu64 " cycles, ", stats.collections);
    printf("%.2f MiB held\n", (double)most / (1 << 20));
    fflush(stdout);
    return most;
}

/* Takes what is still on the belts: all that was sent must have come. */
static void
soak_drain(struct mm_mutator *m)
{
    for (unsigned i = 0; i < THREADS; i++) {
        const struct soaker *sender = &soakers[(i + THREADS - 1) % THREADS];
        for (unsigned place = 0; place < PLACES; place++)
            soak_receive(&soakers[i], m);
        if (soakers[i].received != sender->sent)
            soak_fail("thread %u received %" PRIu64 " messages of %" PRIu64 " that were sent", i,
                      soakers[i].received, sender->sent);
    }
}

/* Every place of every shelf, a last time; then nothing is left. */
static void
soak_clear(struct mm_mutator *m)
{
    for (unsigned i = 0; i < THREADS; i++) {
        for (uint64_t place = 0; place < SHELF; place++) {
            struct node *node = soak_look(&soakers[i], place);
            if (MM_FREES)
                soak_free_node(m, node);
        }
        mm_free_array(m, &BOARD, soak_shelf(&soakers[i]), SHELF);
    }
    mm_free_array(m, &BOARD, mm_get(soak_shelves), THREADS);
    mm_free_array(m, &BOARD, mm_get(soak_belts), THREADS * PLACES);
    mm_set(m, &soak_shelves, NULL);
    mm_set(m, &soak_belts, NULL);
}

/* A whole number from the environment. */
static uint64_t
soak_setting(const char *name, uint64_t otherwise, uint64_t most)
{
    const char *text = getenv(name);
    if (!text || !*text)
        return otherwise;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end || errno || value == 0 || value > most) {
        fprintf(stderr, "soak: %s is '%s'; give a whole number from 1 to %" PRIu64 "\n", name, text,
                most);
        exit(2);
    }
    return value;
}

static void
soak(uint64_t seconds, uint64_t seed)
{
    struct mm_config config = { .cores = THREADS, .seed = seed };
    struct mm_heap *heap = mm_heap_create(&config);
    struct mm_mutator *m = mm_attach(heap);
    unsigned samples = seconds < SHORT_S ? SAMPLES_SHORT : SAMPLES;
    double sample_s = (double)seconds / (PARTS * samples);
    soak_fill(heap, m, seed);
    soak_warm_up(heap, m, sample_s);
    double growth = GROWTH_MAX_UNSETTLED;
    unsigned base_part = 1;
    uint64_t base = soak_part(heap, m, base_part, samples, sample_s);
    for (unsigned part = 2; part <= PARTS; part++) {
        uint64_t most = soak_part(heap, m, part, samples, sample_s);
        if (most > (uint64_t)((double)base * growth) + GROWTH_MAX_BYTES)
            soak_fail("%" PRIu64 " bytes held in part %u, %" PRIu64 " in part %u: memory grows",
                      most, part, base, base_part);
        if (part == SETTLED_PARTS && seconds >= SHORT_S) {
            growth = GROWTH_MAX;
            base = most;
            base_part = part;
        }
    }
    soak_drain(m);
    soak_clear(m);
    mm_collect(m);
    mm_verify(heap);
    mm_detach(m);
    mm_heap_destroy(heap);
    printf("%s: %" PRIu64 " turns in %" PRIu64 " s with seed %" PRIu64
           ": nothing lost, memory flat\n",
           MM_MANAGER.name, soakers[0].turns + soakers[1].turns, seconds, seed);
}

int
main(void)
{
    uint64_t seconds = soak_setting("SOAK_SECONDS", 2, 1000000);
    uint64_t seed = soak_setting("SOAK_SEED", 1, UINT32_MAX);
    if (MM_MANAGER.max_threads < THREADS)
        return test_skip("one thread");
    if (!test_reclaims())
        return test_skip("it does not reclaim single objects");
    test_when_exhausted = soak_exhausted;
    soak(seconds, seed);
    return 0;
}
