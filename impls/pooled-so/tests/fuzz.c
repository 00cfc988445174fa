/* fuzz.c -- proves by what libFuzzer finds that no sequence of calls of the malloc family breaks a
 * promise: each object holds its own tag until it ends, is aligned, has room, and overlaps no
 * other; what calloc gives is zero.  The family is linked in its checked form, and serves libFuzzer
 * too.
 *
 * A string is a program: an operation, a place, and two bytes of size, four bytes in all, one after
 * the other.  There are 64 places, each empty or with an object. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                          \
    ((condition) ? (void)0                                                                        \
                 : (fprintf(stderr, "fuzz: line %d: this must hold: %s\n", __LINE__, #condition), \
                    abort()))

enum { PLACES = 64, STEP_BYTES = 4, THREADS_MAX = 4, HUGE_CHANCE = 32, EDGE_BYTES = 64 };

struct fuzz_object {
    unsigned char *at;
    size_t bytes;
    unsigned char tag;
};

struct fuzz {
    struct fuzz_object objects[PLACES];
    unsigned threads; /* started so far */
    unsigned char tag;
};

/* A step of the program. */
struct fuzz_step {
    unsigned operation, place;
    size_t bytes;
    size_t align;
};

/* Tags the first and the last bytes; the others are looked at by their neighbours' overlap. */
static void
fuzz_tag(struct fuzz_object *object, unsigned char tag)
{
    size_t edge = object->bytes < EDGE_BYTES ? object->bytes : EDGE_BYTES;
    object->tag = tag;
    memset(object->at, tag, edge);
    memset(object->at + object->bytes - edge, tag, edge);
}

static void
fuzz_look(const struct fuzz_object *object, size_t bytes)
{
    for (size_t i = 0; i < bytes && i < EDGE_BYTES; i++)
        CHECK(object->at[i] == object->tag);
    for (size_t i = 0; bytes == object->bytes && i < bytes && i < EDGE_BYTES; i++)
        CHECK(object->at[bytes - 1 - i] == object->tag);
}

static void
fuzz_take(struct fuzz *fuzz, struct fuzz_object *object, void *at, size_t bytes, size_t align)
{
    CHECK(at != NULL);
    CHECK((uintptr_t)at % align == 0);
    CHECK(malloc_usable_size(at) >= bytes);
    *object = (struct fuzz_object){ .at = at, .bytes = bytes };
    for (int i = 0; i < PLACES; i++) {
        const struct fuzz_object *other = &fuzz->objects[i];
        CHECK(other == object || !other->at || other->at + other->bytes <= object->at ||
              object->at + (bytes ? bytes : 1) <= other->at);
    }
    fuzz_tag(object, ++fuzz->tag);
}

static void
fuzz_end(struct fuzz_object *object)
{
    if (!object->at)
        return;
    fuzz_look(object, object->bytes);
    free(object->at);
    *object = (struct fuzz_object){ .at = NULL };
}

static size_t
fuzz_natural(size_t bytes)
{
    return bytes >= 16 ? 16 : 8;
}

static void
fuzz_calloc(struct fuzz *fuzz, struct fuzz_object *object, size_t bytes)
{
    size_t words = bytes / 8 + 1;
    uint64_t *at = calloc(words, 8), found = 0;
    CHECK(at);
    for (size_t i = 0; i < words; i++)
        found |= at[i];
    CHECK(found == 0);
    fuzz_take(fuzz, object, at, words * 8, fuzz_natural(bytes));
}

static void
fuzz_realloc(struct fuzz *fuzz, struct fuzz_object *object, size_t bytes)
{
    struct fuzz_object old = *object;
    bytes += bytes == 0;
    object->at = realloc(old.at, bytes);
    CHECK(object->at);
    if (old.at)
        fuzz_look(object, old.bytes < bytes ? old.bytes : bytes);
    fuzz_take(fuzz, object, object->at, bytes, fuzz_natural(bytes));
}

static void
fuzz_aligned(struct fuzz *fuzz, struct fuzz_object *object, const struct fuzz_step *step)
{
    void *at = NULL;
    if (step->place % 3 == 0)
        at = aligned_alloc(step->align, step->bytes);
    else if (step->place % 3 == 1)
        at = memalign(step->align, step->bytes);
    else
        CHECK(posix_memalign(&at, step->align, step->bytes) == 0);
    fuzz_take(fuzz, object, at, step->bytes, step->align);
}

/* Another thread ends every other object, and leaves one of its own. */
static void *
fuzz_elsewhere(void *user)
{
    struct fuzz *fuzz = user;
    for (int i = 0; i < PLACES; i += 2)
        fuzz_end(&fuzz->objects[i]);
    fuzz_take(fuzz, &fuzz->objects[0], malloc(40), 40, 16);
    return NULL;
}

static void
fuzz_thread(struct fuzz *fuzz)
{
    pthread_t thread;
    if (fuzz->threads++ >= THREADS_MAX)
        return;
    CHECK(pthread_create(&thread, NULL, fuzz_elsewhere, fuzz) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

static void
fuzz_step(struct fuzz *fuzz, const struct fuzz_step *step)
{
    struct fuzz_object *object = &fuzz->objects[step->place];
    if (step->operation != 3)
        fuzz_end(object);
    switch (step->operation) {
    case 0:
    case 1:
        fuzz_take(fuzz, object, malloc(step->bytes), step->bytes, fuzz_natural(step->bytes));
        break;
    case 2:
        fuzz_calloc(fuzz, object, step->bytes);
        break;
    case 3:
        fuzz_realloc(fuzz, object, step->bytes);
        break;
    case 4:
        fuzz_aligned(fuzz, object, step);
        break;
    case 5:
        if (step->bytes % HUGE_CHANCE == 0)
            malloc_trim(0);
        break;
    case 6:
        if (step->bytes % HUGE_CHANCE == 0)
            fuzz_thread(fuzz);
        break;
    default:
        break;
    }
}

/* The size: 0 to 255 bytes, or such a number times a power of four, rarely to some megabytes. */
static struct fuzz_step
fuzz_read(const uint8_t *bytes)
{
    unsigned shift = 2 * (bytes[2] % 8u);
    if (shift > 8 && bytes[2] / 8 != 0)
        shift %= 8;
    return (struct fuzz_step){
        .operation = bytes[0] % 8u,
        .place = bytes[1] % PLACES,
        .bytes = ((size_t)bytes[3] << shift) + bytes[2] / 64u,
        .align = (size_t)8 << bytes[0] / 8 % 16,
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct fuzz fuzz;
    fuzz.threads = 0;
    for (; bytes >= STEP_BYTES; data += STEP_BYTES, bytes -= STEP_BYTES) {
        struct fuzz_step step = fuzz_read(data);
        fuzz_step(&fuzz, &step);
    }
    for (int i = 0; i < PLACES; i++)
        fuzz_end(&fuzz.objects[i]);
    return 0;
}
