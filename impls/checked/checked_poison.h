/* checked_poison.h -- how memory that must not be read is marked: by a pattern, and for ASan. */
#ifndef CHECKED_POISON_H
#define CHECKED_POISON_H

#include <stddef.h>
#include <string.h>

/* As addresses both are none, on any machine with 57 or fewer bits of them. */
enum { CHECKED_FRESH_BYTE = 0xa8, CHECKED_DEAD_BYTE = 0xd8 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHECKED_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define CHECKED_ASAN 1
#endif

#ifdef CHECKED_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, bytes) ((void)(start), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(start, bytes) ((void)(start), (void)(bytes))
#endif

static inline void
checked_poison(void *start, size_t bytes)
{
    ASAN_UNPOISON_MEMORY_REGION(start, bytes);
    memset(start, CHECKED_DEAD_BYTE, bytes);
    ASAN_POISON_MEMORY_REGION(start, bytes);
}

#endif
