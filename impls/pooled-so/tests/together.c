/* together.c -- proves that threads may use malloc as one heap: objects change hands and are freed
 * elsewhere, threads end and what they had serves others, destructors allocate after the
 * cache is gone, and a child that is forked while others allocate goes on. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)   \
    ((condition) ? (void)0 \
                 : (fprintf(stderr, "together: line %d: %s\n", __LINE__, #condition), _exit(1)))

enum {
    THREADS = 4,
    PLACES = 64,
    TURNS = 30000,
    GENERATIONS = 400,
    FORKS = 30,
    CHILD_THREADS = 2,
};

static _Atomic(unsigned char *) together_places[PLACES];
static atomic_bool together_stop;
static bool together_is_renamed; /* under the thread sanitizer; see main */

static uint64_t
together_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15)); /* splitmix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    return z ^ (z >> 31);
}

/* An object says its size and fills itself with a byte made of it. */
static unsigned char *
together_make(uint64_t random)
{
    uint32_t bytes = 8 + (uint32_t)(random % (random % 50 == 0 ? 100000 : 500));
    unsigned char *obj = malloc(bytes);
    CHECK(obj);
    memset(obj, (int)(bytes & 0xff), bytes);
    memcpy(obj, &bytes, sizeof bytes);
    return obj;
}

static void
together_end(unsigned char *obj)
{
    uint32_t bytes;
    if (!obj)
        return;
    memcpy(&bytes, obj, sizeof bytes);
    CHECK(bytes >= 8 && bytes <= 100008 && malloc_usable_size(obj) >= bytes);
    for (uint32_t i = sizeof bytes; i < bytes; i++)
        CHECK(obj[i] == (bytes & 0xff));
    free(obj);
}

/* Puts new objects where others find them, and frees what it finds. */
static void
together_swap(uint64_t seed, int turns)
{
    for (int i = 0; i < turns; i++) {
        uint64_t random = together_next(&seed);
        unsigned char *obj = together_make(random >> 8);
        together_end(atomic_exchange(&together_places[random % PLACES], obj));
    }
}

static void *
together_hand_over(void *seed)
{
    together_swap((uint64_t)(uintptr_t)seed, TURNS);
    return NULL;
}

static void
together_clear(void)
{
    for (int i = 0; i < PLACES; i++)
        together_end(atomic_exchange(&together_places[i], NULL));
}

static void
together_many(void *(*body)(void *))
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, body, (void *)(i + 1)) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

/* -- threads that end -- */

static pthread_key_t together_key;

/* Runs in any order with the library's own destructor, some rounds after it. */
static void
together_late(void *object)
{
    static _Thread_local int rounds;
    together_end(object);
    unsigned char *late = together_make(77);
    if (++rounds < 3)
        CHECK(pthread_setspecific(together_key, late) == 0);
    else
        together_end(late);
}

static void *
together_short_life(void *kept)
{
    if (!together_is_renamed)
        CHECK(pthread_setspecific(together_key, together_make(33)) == 0);
    for (int i = 0; i < 200; i++)
        ((unsigned char **)kept)[i] = together_make((uint64_t)i * 7919);
    return NULL;
}

/* Ten times the threads hold what ten held: what ended threads had serves the next ones. */
static void
together_generations(void)
{
    unsigned char *kept[200];
    size_t held = 0;
    CHECK(pthread_key_create(&together_key, together_late) == 0);
    for (int i = 0; i < GENERATIONS; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, together_short_life, kept) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        for (int j = 0; j < 200; j++)
            together_end(kept[j]);
        if (i == GENERATIONS / 10)
            held = mallinfo2().arena;
    }
    CHECK(mallinfo2().arena <= held + held / 2);
}

/* -- fork -- */

static void *
together_forever(void *seed)
{
    uint64_t state = (uint64_t)(uintptr_t)seed;
    while (!atomic_load(&together_stop))
        together_swap(together_next(&state), 100);
    return NULL;
}

static void *
together_in_child(void *seed)
{
    together_swap((uint64_t)(uintptr_t)seed, 300);
    return NULL;
}

/* The child allocates in all sizes, frees what other threads had made, and starts threads. */
static void
together_child(void)
{
    pthread_t threads[CHILD_THREADS];
    alarm(60);
    together_swap(99, 1000);
    for (uintptr_t i = 0; i < CHILD_THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, together_in_child, (void *)(i + 50)) == 0);
    for (int i = 0; i < CHILD_THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    together_clear();
    malloc_trim(0);
    _exit(0);
}

static void
together_fork(void)
{
    pthread_t threads[THREADS - 1];
    for (uintptr_t i = 0; i < THREADS - 1; i++)
        CHECK(pthread_create(&threads[i], NULL, together_forever, (void *)(i + 7)) == 0);
    for (int i = 0; i < FORKS; i++) {
        together_swap((uint64_t)i, 100);
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0)
            together_child();
        int status;
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    atomic_store(&together_stop, true);
    for (int i = 0; i < THREADS - 1; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    together_clear();
}

/* together [renamed]: without what the thread sanitizer cannot bear, threads in a forked child, and
 * destructors that run after its own. */
int
main(int argc, char **argv)
{
    together_is_renamed = argc > 1 && strcmp(argv[1], "renamed") == 0;
    together_many(together_hand_over);
    together_clear();
    together_generations();
    if (!together_is_renamed)
        together_fork();
    puts("together: all well");
    return 0;
}
