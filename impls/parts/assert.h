/* assert.h -- conditions that hold in every build, and those too dear for the timed one. */
#ifndef PARTS_ASSERT_H
#define PARTS_ASSERT_H

#include "parts/compiler.h"

/* Prints the condition with its place on standard error, and aborts. */
MM_NORETURN MM_SLOW void mm_assert_failed(const char *condition, const char *file, int line);

#define mm_assert(condition) \
    (MM_LIKELY(condition) ? (void)0 : mm_assert_failed(#condition, __FILE__, __LINE__))

/* Compiled everywhere, evaluated in debug builds only. */
#ifdef NDEBUG
#define mm_assert_slow(condition) ((void)sizeof((condition) ? 1 : 0))
enum { MM_DEBUG = 0 };
#else
#define mm_assert_slow(condition) mm_assert(condition)
enum { MM_DEBUG = 1 };
#endif

#endif
