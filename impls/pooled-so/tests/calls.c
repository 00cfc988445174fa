/* calls.c -- proves what each call of the malloc family promises, in a process whose malloc is
 * libheapstakes-pooled.so: alignment, room, contents kept, zeros, errors, and what is
 * unspecified as in glibc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition)   \
    ((condition) ? (void)0 \
                 : (fprintf(stderr, "calls: line %d: %s\n", __LINE__, #condition), exit(1)))

/* Sizes that the compiler must not know, so that it neither warns nor leaves calls out. */
static size_t
calls_any(size_t bytes)
{
    volatile size_t hidden = bytes;
    return hidden;
}

static bool
calls_is_aligned(const void *obj, size_t align)
{
    return (uintptr_t)obj % align == 0;
}

static bool
calls_holds(const unsigned char *obj, int value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (obj[i] != (unsigned char)value)
            return false;
    return true;
}

static void
calls_served(void)
{
    Dl_info info;
    void *at = dlsym(RTLD_DEFAULT, "malloc");
    CHECK(at && dladdr(at, &info));
    CHECK(strstr(info.dli_fname, "libheapstakes-pooled") != NULL);
}

/* Every size up to 40 KiB, then in steps to 3 MiB. */
static void
calls_malloc(void)
{
    for (size_t bytes = 0; bytes < (size_t)3 << 20; bytes += bytes < 40960 ? 1 : bytes / 7) {
        unsigned char *obj = malloc(calls_any(bytes)), *other = malloc(calls_any(bytes));
        CHECK(obj && other && obj != other);
        CHECK(calls_is_aligned(obj, bytes >= 16 ? 16 : 8));
        CHECK(malloc_usable_size(obj) >= bytes);
        memset(obj, 0x11, malloc_usable_size(obj));
        memset(other, 0x22, malloc_usable_size(other));
        CHECK(calls_holds(obj, 0x11, bytes < 64 ? bytes : 64));
        CHECK(bytes == 0 || obj[bytes - 1] == 0x11);
        free(obj);
        free(other);
    }
    free(NULL);
    CHECK(malloc_usable_size(NULL) == 0);
}

/* Dirty memory first, so that zeros are made and not found. */
static void
calls_calloc(void)
{
    for (size_t bytes = 1; bytes < (size_t)1 << 22; bytes += bytes / 3 + 1) {
        void *dirt = malloc(calls_any(bytes));
        CHECK(dirt);
        memset(dirt, 0xff, bytes);
        free(dirt);
        unsigned char *obj = calloc(calls_any(bytes), 1);
        CHECK(obj && calls_holds(obj, 0, bytes));
        free(obj);
    }
    size_t fresh_bytes = (size_t)64 << 20; /* larger than all before: from the system */
    unsigned char *fresh = calloc(1, fresh_bytes);
    CHECK(fresh && calls_holds(fresh, 0, fresh_bytes));
    free(fresh);
}

static void
calls_aligned(void)
{
    for (size_t align = 1; align <= (size_t)1 << 21; align *= 2)
        for (size_t bytes = 0; bytes < 200000; bytes += bytes / 2 + 1) {
            void *one = aligned_alloc(align, calls_any(bytes)), *two = memalign(align, bytes);
            void *three = NULL;
            CHECK(one && two && calls_is_aligned(one, align) && calls_is_aligned(two, align));
            CHECK(align < 8 || posix_memalign(&three, align, bytes) == 0);
            CHECK(calls_is_aligned(three, align));
            CHECK(malloc_usable_size(one) >= bytes && malloc_usable_size(two) >= bytes);
            memset(one, 1, bytes);
            memset(two, 2, bytes);
            CHECK(calls_holds(one, 1, bytes < 64 ? bytes : 64));
            one = realloc(one, calls_any(bytes + 1000));
            CHECK(one && calls_holds(one, 1, bytes < 64 ? bytes : 64));
            free(one);
            free(two);
            free(three);
        }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *plain = valloc(10), *whole = pvalloc(page + 1);
    CHECK(plain && whole && calls_is_aligned(plain, page) && calls_is_aligned(whole, page));
    CHECK(malloc_usable_size(whole) >= 2 * page);
    free(plain);
    free(whole);
    void *rounded = memalign(calls_any(24), 100); /* to 32, as glibc does */
    CHECK(rounded && calls_is_aligned(rounded, 32));
    free(rounded);
}

/* One object grows and shrinks through all sizes, and keeps what it holds. */
static void
calls_realloc(void)
{
    unsigned char *obj = realloc(NULL, 1);
    size_t bytes = 1;
    obj[0] = 7;
    for (size_t more = 2; more < (size_t)8 << 20; more += more / 5 + 1) {
        obj = realloc(obj, calls_any(more));
        CHECK(obj && calls_holds(obj, 7, bytes) && malloc_usable_size(obj) >= more);
        CHECK(calls_is_aligned(obj, more >= 16 ? 16 : 8));
        memset(obj, 7, more);
        bytes = more;
    }
    for (; bytes > 1; bytes -= bytes / 5 + 1) {
        obj = realloc(obj, calls_any(bytes));
        CHECK(obj && calls_holds(obj, 7, bytes));
    }
    CHECK(malloc_usable_size(obj) < 4096); /* what it does not need went back */
    CHECK(realloc(obj, calls_any(0)) == NULL);
}

/* In place within a cell; and of large objects, into units that are free behind them. */
static void
calls_in_place(void)
{
    char *obj = malloc(calls_any(100));
    CHECK(realloc(obj, calls_any(malloc_usable_size(obj))) == obj);
    CHECK(realloc(obj, calls_any(70)) == obj);
    free(obj);
    char *large = malloc(calls_any((size_t)40 << 20)), *same;
    same = realloc(large, calls_any((size_t)1 << 20));
    CHECK(same == large && malloc_usable_size(same) < (size_t)2 << 20);
    same = realloc(large, calls_any((size_t)40 << 20));
    CHECK(same == large);
    free(same);
}

static void
calls_errors(void)
{
    size_t huge = (size_t)PTRDIFF_MAX + 1, half = (size_t)1 << 32;
    void *kept = malloc(100), *place = kept;
    for (size_t bytes = huge - 2; bytes >= huge - 2; bytes += bytes < huge ? 1 : huge / 3) {
        errno = 0;
        CHECK(malloc(calls_any(bytes)) == NULL && errno == ENOMEM);
        errno = 0;
        CHECK(calloc(calls_any(bytes), 1) == NULL && errno == ENOMEM);
        errno = 0;
        CHECK(realloc(kept, calls_any(bytes)) == NULL && errno == ENOMEM);
        errno = 0;
        CHECK(memalign(64, calls_any(bytes)) == NULL && errno == ENOMEM);
        errno = 0;
        CHECK(pvalloc(calls_any(bytes)) == NULL && errno == ENOMEM);
        CHECK(posix_memalign(&place, 64, calls_any(bytes)) == ENOMEM && place == kept);
    }
    errno = 0;
    CHECK(calloc(calls_any(half), calls_any(half)) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(reallocarray(kept, calls_any(half), calls_any(half)) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(aligned_alloc(calls_any(24), 100) == NULL && errno == EINVAL);
    CHECK(aligned_alloc(calls_any((size_t)1 << 62), 100) == NULL);
    CHECK(posix_memalign(&place, calls_any(4), 100) == EINVAL);
    CHECK(posix_memalign(&place, calls_any(24), 100) == EINVAL && place == kept);
    kept = reallocarray(kept, calls_any(1000), calls_any(40));
    CHECK(kept && malloc_usable_size(kept) >= 40000);
    errno = 77; /* free leaves it alone */
    free(kept);
    CHECK(errno == 77);
}

/* What is freed is there for others, and goes back when asked for. */
static void
calls_returns(void)
{
    enum { OBJECTS = 3000, BYTES = 20000 };
    static void *objects[OBJECTS];
    for (int i = 0; i < OBJECTS; i++)
        CHECK((objects[i] = malloc(calls_any(BYTES))) != NULL);
    size_t held = mallinfo2().arena;
    CHECK(held >= (size_t)OBJECTS * BYTES && mallinfo2().usmblks >= held);
    for (int i = 0; i < OBJECTS; i++)
        free(objects[i]);
    malloc_trim(0);
    CHECK(mallinfo2().arena < held / 4);
}

int
main(void)
{
    calls_served();
    calls_malloc();
    calls_calloc();
    calls_aligned();
    calls_realloc();
    calls_in_place();
    calls_errors();
    calls_returns();
    puts("calls: all well");
    return 0;
}
