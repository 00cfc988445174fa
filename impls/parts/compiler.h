/* compiler.h -- all that the project asks of GCC and Clang beyond C11. */
#ifndef PARTS_COMPILER_H
#define PARTS_COMPILER_H

#define MM_INLINE static inline __attribute__((always_inline, unused))
#define MM_SLOW __attribute__((noinline, cold))
#define MM_NOINLINE __attribute__((noinline))
#define MM_NORETURN __attribute__((noreturn))
#define MM_MUST_USE __attribute__((warn_unused_result))
#define MM_SYMBOL(name) __asm__(name)                    /* what the linker shall call a function */
#define MM_EXPORT __attribute__((visibility("default"))) /* of a library of hidden symbols */
/* Thread-local, at a fixed distance from the thread's register: no call finds it. */
#define MM_THREAD_LOCAL _Thread_local __attribute__((tls_model("initial-exec")))
#define MM_CLEANUP(function) __attribute__((cleanup(function), unused))
#define MM_MAY_ALIAS                                                            \
    __attribute__((may_alias)) /* of a struct: overlays what the program stored \
                                */
#define MM_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define MM_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define MM_PREFETCH(pointer) __builtin_prefetch(pointer)
#define MM_PREFETCH_WRITE(pointer) __builtin_prefetch(pointer, 1)
#if defined __x86_64__ || defined __i386__
#define MM_RELAX() __builtin_ia32_pause() /* in a loop that waits for another thread */
#elif defined __aarch64__
#define MM_RELAX() __asm__ volatile("yield")
#else
#define MM_RELAX() __asm__ volatile("")
#endif

/* Forget where a pointer came from: no pair of malloc and free is deleted, and
 * GCC does not make calloc of malloc and memset. */
#define MM_OPAQUE(pointer) __asm__("" : "+r"(pointer))

/* Accesses to what two threads may touch at once. */
#define MM_LOAD_RELAXED(place) __atomic_load_n(place, __ATOMIC_RELAXED)
#define MM_LOAD_ACQUIRE(place) __atomic_load_n(place, __ATOMIC_ACQUIRE)
#define MM_STORE_RELAXED(place, value) __atomic_store_n(place, value, __ATOMIC_RELAXED)
#define MM_STORE_RELEASE(place, value) __atomic_store_n(place, value, __ATOMIC_RELEASE)
#define MM_ADD_RELAXED(place, value) __atomic_fetch_add(place, value, __ATOMIC_RELAXED)
#define MM_SWAP_RELAXED(place, value) __atomic_exchange_n(place, value, __ATOMIC_RELAXED)

#endif
