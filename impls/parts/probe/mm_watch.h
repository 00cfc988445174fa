/* mm_watch.h -- wraps every call of mm.h in a pair of stamps; see probe.h. */
#ifndef PARTS_PROBE_MM_WATCH_H
#define PARTS_PROBE_MM_WATCH_H

#include "parts/probe/probe.h"

#define PROBE_TEXT_OF(line) #line
#define PROBE_TEXT(line) PROBE_TEXT_OF(line)
#define PROBE_PLACE __FILE__ ":" PROBE_TEXT(__LINE__)

MM_INLINE mm_owned
probe_new(const char *place_in_source, struct mm_mutator *m, const struct mm_type *type)
{
    uint64_t begin = probe_begin();
    mm_owned result = mm_new(m, type);
    probe_end("mm_new", place_in_source, begin, type->size);
    return result;
}

MM_INLINE mm_owned
probe_new_array(const char *place_in_source, struct mm_mutator *m, const struct mm_type *type,
                size_t n)
{
    uint64_t begin = probe_begin();
    mm_owned result = mm_new_array(m, type, n);
    probe_end("mm_new_array", place_in_source, begin, mm_size(type, n));
    return result;
}

MM_INLINE mm_owned
probe_new_in(const char *place_in_source, struct mm_mutator *m, struct mm_scope scope,
             const struct mm_type *type)
{
    uint64_t begin = probe_begin();
    mm_owned result = mm_new_in(m, scope, type);
    probe_end("mm_new_in", place_in_source, begin, type->size);
    return result;
}

MM_INLINE mm_owned
probe_new_array_in(const char *place_in_source, struct mm_mutator *m, struct mm_scope scope,
                   const struct mm_type *type, size_t n)
{
    uint64_t begin = probe_begin();
    mm_owned result = mm_new_array_in(m, scope, type, n);
    probe_end("mm_new_array_in", place_in_source, begin, mm_size(type, n));
    return result;
}

MM_INLINE void
probe_resize(const char *place_in_source, struct mm_mutator *m, mm_ref *slot,
             const struct mm_type *type, size_t old_n, size_t new_n)
{
    uint64_t begin = probe_begin();
    mm_resize(m, slot, type, old_n, new_n);
    probe_end("mm_resize", place_in_source, begin, mm_size(type, old_n) + mm_size(type, new_n));
}

MM_INLINE void
probe_free(const char *place_in_source, struct mm_mutator *m, const struct mm_type *type, void *obj)
{
    uint64_t begin = probe_begin();
    mm_free(m, type, obj);
    probe_end("mm_free", place_in_source, begin, 0);
}

MM_INLINE void
probe_free_array(const char *place_in_source, struct mm_mutator *m, const struct mm_type *type,
                 void *obj, size_t n)
{
    uint64_t begin = probe_begin();
    mm_free_array(m, type, obj, n);
    probe_end("mm_free_array", place_in_source, begin, 0);
}

MM_INLINE void *
probe_load(const char *place_in_source, const mm_ref *place)
{
    uint64_t begin = probe_begin();
    void *result = mm_load(place);
    probe_end("mm_load", place_in_source, begin, 0);
    return result;
}

MM_INLINE void *
probe_load_shared(const char *place_in_source, const mm_ref *place)
{
    uint64_t begin = probe_begin();
    void *result = mm_load_shared(place);
    probe_end("mm_load_shared", place_in_source, begin, 0);
    return result;
}

MM_INLINE void
probe_init(const char *place_in_source, struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    uint64_t begin = probe_begin();
    mm_init(m, obj, field, value);
    probe_end("mm_init", place_in_source, begin, 0);
}

MM_INLINE void
probe_init_new(const char *place_in_source, struct mm_mutator *m, void *obj, mm_ref *field,
               mm_owned value)
{
    uint64_t begin = probe_begin();
    mm_init_new(m, obj, field, value);
    probe_end("mm_init_new", place_in_source, begin, 0);
}

MM_INLINE void
probe_store(const char *place_in_source, struct mm_mutator *m, void *obj, mm_ref *field,
            void *value)
{
    uint64_t begin = probe_begin();
    mm_store(m, obj, field, value);
    probe_end("mm_store", place_in_source, begin, 0);
}

MM_INLINE void
probe_store_new(const char *place_in_source, struct mm_mutator *m, void *obj, mm_ref *field,
                mm_owned value)
{
    uint64_t begin = probe_begin();
    mm_store_new(m, obj, field, value);
    probe_end("mm_store_new", place_in_source, begin, 0);
}

MM_INLINE void
probe_copy(const char *place_in_source, struct mm_mutator *m, void *obj, mm_ref *to,
           const mm_ref *from, size_t n)
{
    uint64_t begin = probe_begin();
    mm_copy(m, obj, to, from, n);
    probe_end("mm_copy", place_in_source, begin, n * sizeof *to);
}

MM_INLINE void
probe_clear(const char *place_in_source, struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    uint64_t begin = probe_begin();
    mm_clear(m, obj, places, n);
    probe_end("mm_clear", place_in_source, begin, n * sizeof *places);
}

MM_INLINE bool
probe_cas(const char *place_in_source, struct mm_mutator *m, void *obj, mm_ref *field,
          void *expected, void *value)
{
    uint64_t begin = probe_begin();
    bool result = mm_cas(m, obj, field, expected, value);
    probe_end("mm_cas", place_in_source, begin, 0);
    return result;
}

MM_INLINE void
probe_global(const char *place_in_source, struct mm_mutator *m, mm_ref *slot)
{
    uint64_t begin = probe_begin();
    mm_global(m, slot);
    probe_end("mm_global", place_in_source, begin, 0);
}

MM_INLINE void
probe_set(const char *place_in_source, struct mm_mutator *m, mm_ref *slot, void *value)
{
    uint64_t begin = probe_begin();
    mm_set(m, slot, value);
    probe_end("mm_set", place_in_source, begin, 0);
}

MM_INLINE void
probe_take(const char *place_in_source, struct mm_mutator *m, mm_ref *slot, mm_owned value)
{
    uint64_t begin = probe_begin();
    mm_take(m, slot, value);
    probe_end("mm_take", place_in_source, begin, 0);
}

MM_INLINE mm_owned
probe_move(const char *place_in_source, struct mm_mutator *m, mm_ref *slot)
{
    uint64_t begin = probe_begin();
    mm_owned result = mm_move(m, slot);
    probe_end("mm_move", place_in_source, begin, 0);
    return result;
}

MM_INLINE struct mm_scope
probe_scope_begin(const char *place_in_source, struct mm_mutator *m)
{
    uint64_t begin = probe_begin();
    struct mm_scope result = mm_scope_begin(m);
    probe_end("mm_scope_begin", place_in_source, begin, 0);
    return result;
}

MM_INLINE void
probe_scope_end(const char *place_in_source, struct mm_mutator *m, struct mm_scope scope)
{
    uint64_t begin = probe_begin();
    mm_scope_end(m, scope);
    probe_end("mm_scope_end", place_in_source, begin, 0);
}

MM_INLINE struct mm_scope
probe_scope_program(const char *place_in_source, struct mm_mutator *m)
{
    uint64_t begin = probe_begin();
    struct mm_scope result = mm_scope_program(m);
    probe_end("mm_scope_program", place_in_source, begin, 0);
    return result;
}

MM_INLINE void
probe_safepoint(const char *place_in_source, struct mm_mutator *m)
{
    uint64_t begin = probe_begin();
    mm_safepoint(m);
    probe_end("mm_safepoint", place_in_source, begin, 0);
}

MM_INLINE void
probe_park(const char *place_in_source, struct mm_mutator *m)
{
    uint64_t begin = probe_begin();
    mm_park(m);
    probe_end("mm_park", place_in_source, begin, 0);
}

MM_INLINE void
probe_unpark(const char *place_in_source, struct mm_mutator *m)
{
    uint64_t begin = probe_begin();
    mm_unpark(m);
    probe_end("mm_unpark", place_in_source, begin, 0);
}

/* From here on the names mean the wrapped calls; mm_get and mm_get_shared follow by themselves. */
#define mm_new(m, type) probe_new(PROBE_PLACE, m, type)
#define mm_new_array(m, type, n) probe_new_array(PROBE_PLACE, m, type, n)
#define mm_new_in(m, scope, type) probe_new_in(PROBE_PLACE, m, scope, type)
#define mm_new_array_in(m, scope, type, n) probe_new_array_in(PROBE_PLACE, m, scope, type, n)
#define mm_resize(m, slot, type, old_n, new_n) \
    probe_resize(PROBE_PLACE, m, slot, type, old_n, new_n)
#define mm_free(m, type, obj) probe_free(PROBE_PLACE, m, type, obj)
#define mm_free_array(m, type, obj, n) probe_free_array(PROBE_PLACE, m, type, obj, n)
#define mm_load(place) probe_load(PROBE_PLACE, place)
#define mm_load_shared(place) probe_load_shared(PROBE_PLACE, place)
#define mm_init(m, obj, field, value) probe_init(PROBE_PLACE, m, obj, field, value)
#define mm_init_new(m, obj, field, value) probe_init_new(PROBE_PLACE, m, obj, field, value)
#define mm_store(m, obj, field, value) probe_store(PROBE_PLACE, m, obj, field, value)
#define mm_store_new(m, obj, field, value) probe_store_new(PROBE_PLACE, m, obj, field, value)
#define mm_copy(m, obj, to, from, n) probe_copy(PROBE_PLACE, m, obj, to, from, n)
#define mm_clear(m, obj, places, n) probe_clear(PROBE_PLACE, m, obj, places, n)
#define mm_cas(m, obj, field, expected, value) \
    probe_cas(PROBE_PLACE, m, obj, field, expected, value)
#define mm_global(m, slot) probe_global(PROBE_PLACE, m, slot)
#define mm_set(m, slot, value) probe_set(PROBE_PLACE, m, slot, value)
#define mm_take(m, slot, value) probe_take(PROBE_PLACE, m, slot, value)
#define mm_move(m, slot) probe_move(PROBE_PLACE, m, slot)
#define mm_scope_begin(m) probe_scope_begin(PROBE_PLACE, m)
#define mm_scope_end(m, scope) probe_scope_end(PROBE_PLACE, m, scope)
#define mm_scope_program(m) probe_scope_program(PROBE_PLACE, m)
#define mm_safepoint(m) probe_safepoint(PROBE_PLACE, m)
#define mm_park(m) probe_park(PROBE_PLACE, m)
#define mm_unpark(m) probe_unpark(PROBE_PLACE, m)

#endif
