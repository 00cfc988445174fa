/* rc_box.c -- clearing a box that nobody counts any more, and the heap, of which GLib knows
 * nothing.
 *
 * GLib calls a function of the type's to release what an object refers to, and that releases again:
 * death recurses, as deep as the structure.  That is how GLib is used, and what this does, down to
 * DEPTH_MAX; below, references are put into an array, which whoever released first works off when
 * it has returned from its own.  So a list of any length dies, and of what is shallower nothing
 * passes through the array.  Cost: a call of GLib's and one of ours for each reference. */
#define _GNU_SOURCE
#include "mm.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "parts/assert.h"
#include "parts/fields.h"
#include "parts/malloc_books.h"

enum { DEPTH_MAX = 512 };

/* One for the process: GLib hands nothing but the box to the function that clears it. */
struct mm_heap {
    struct malloc_books books;
    struct mm_mutator mutator;
    bool is_attached;
    unsigned depth;
    GPtrArray *postponed; /* objects to be released */
};

static struct mm_heap rc_box_heap;

static const char *
rc_box_version(void)
{
    static char version[32];
    snprintf(version, sizeof version, "GLib %u.%u.%u", glib_major_version, glib_minor_version,
             glib_micro_version);
    return version;
}

const struct mm_manager MM_MANAGER = {
    .name = "g_rc_box",
    .summary = "GLib's counted boxes, g_rc_box_alloc to g_rc_box_release_full",
    .version = rc_box_version,
    .max_threads = 1,
    .leaks_cycles = true,
};

/* -- death -- */

static void
rc_box_visit_release(void *unused, mm_ref *place)
{
    (void)unused;
    rc_box_release(place->ptr_);
}

static void
rc_box_visit_postpone(void *unused, mm_ref *place)
{
    (void)unused;
    if (place->ptr_)
        g_ptr_array_add(rc_box_heap.postponed, place->ptr_);
}

/* The number of units, from what GLib knows of the size. */
static size_t
rc_box_units(const struct mm_type *type, void *box, size_t front)
{
    size_t unit = mm_unit(type);
    return unit ? (g_rc_box_get_size(box) - front - type->size) / unit : 0;
}

static void
rc_box_release_postponed(void)
{
    GPtrArray *postponed = rc_box_heap.postponed;
    while (postponed->len > 0)
        rc_box_release(g_ptr_array_steal_index_fast(postponed, postponed->len - 1));
}

void
rc_box_clear(void *box)
{
    uint64_t word = ((const struct rc_box_word *)box)->word;
    size_t front = word >> RC_BOX_FRONT_SHIFT;
    const struct mm_type *type = (const struct mm_type *)(uintptr_t)(word &
                                                                     ((UINT64_C(1) << 48) - 1));
    if (!mm_has_refs(type))
        return;
    void *obj = (char *)box + front;
    size_t n = rc_box_units(type, box, front);
    if (rc_box_heap.depth == DEPTH_MAX) {
        fields_each(type, obj, n, rc_box_visit_postpone, NULL);
        return;
    }
    rc_box_heap.depth++;
    fields_each(type, obj, n, rc_box_visit_release, NULL);
    if (rc_box_heap.depth == 1)
        rc_box_release_postponed();
    rc_box_heap.depth--;
}

void
rc_box_replace(mm_ref *to, const mm_ref *from, size_t n)
{
    for (size_t i = 0; from && i < n; i++)
        rc_box_acquire(from[i].ptr_);
    for (size_t i = 0; i < n; i++)
        rc_box_visit_postpone(NULL, &to[i]);
    if (from)
        memmove(to, from, n * sizeof *to);
    else
        memset(to, 0, n * sizeof *to);
    rc_box_release_postponed();
}

/* -- allocation -- */

void *
rc_box_new_aligned(const struct mm_type *type, size_t n)
{
    char *box = g_rc_box_alloc(RC_BOX_FRONT + type->align + mm_size(type, n));
    uintptr_t least = (uintptr_t)box + RC_BOX_FRONT, mask = (uintptr_t)type->align - 1;
    return rc_box_dress(type, box, RC_BOX_FRONT + (-least & mask));
}

/* GLib resizes no box.  What the old object refers to moves to the new one: nothing else holds the
 * old one, so its box is released without a look at it. */
void *
rc_box_resize(struct mm_mutator *m, void *obj, const struct mm_type *type, size_t old_n,
              size_t new_n)
{
    size_t kept_n = old_n < new_n ? old_n : new_n;
    char *fresh = mm_new_array(m, type, new_n).ptr_;
    memcpy(fresh, obj, mm_size(type, kept_n));
    if (kept_n < old_n && mm_has_refs(type)) {
        struct mm_type rest = *type; /* units without a fixed part */
        rest.ref_words = 0;
        rest.size = 0;
        fields_each(&rest, (char *)obj + mm_size(type, kept_n), old_n - kept_n,
                    rc_box_visit_release, NULL);
    }
    g_rc_box_release(rc_box_of(obj));
    return fresh;
}

/* -- memory exhausted -- */

/* GLib writes its last message into memory of malloc's, and where that fails it writes a message
 * about that, without end.  So this stands before the C library's, for GLib too; what it gives then
 * is read by the function below and never freed. */
int
vasprintf(char **restrict text, const char *restrict format, va_list arguments)
{
    static char reserve[256];
    char shortened[sizeof reserve];
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(shortened, sizeof shortened, format, again);
    va_end(again);
    if (length < 0)
        return length;
    *text = malloc((size_t)length + 1);
    if (*text)
        return vsnprintf(*text, (size_t)length + 1, format, arguments);
    memcpy(reserve, shortened, sizeof reserve);
    *text = reserve;
    return (int)strlen(reserve);
}

/* The same, as a GLib calls it that was compiled with fortified calls. */
int rc_box_vasprintf(char **restrict text, int level, const char *restrict format,
                     va_list arguments) MM_SYMBOL("__vasprintf_chk");

int
rc_box_vasprintf(char **restrict text, int level, const char *restrict format, va_list arguments)
{
    (void)level;
    return vasprintf(text, format, arguments);
}

/* GLib ends the process when malloc fails, after a message that says how much was asked for. */
static void
rc_box_on_error(const char *domain, GLogLevelFlags level, const char *message, void *unused)
{
    (void)unused;
    static const char asked[] = "failed to allocate ";
    const char *at = strstr(message, asked);
    if (at)
        mm_exhausted((size_t)strtoull(at + sizeof asked - 1, NULL, 10), 0);
    g_log_default_handler(domain, level, message, NULL);
}

/* -- the slow half of the contract -- */

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    (void)config;
    GLogLevelFlags levels = (GLogLevelFlags)(G_LOG_LEVEL_ERROR | G_LOG_FLAG_FATAL |
                                             G_LOG_FLAG_RECURSION);
    g_log_set_handler("GLib", levels, rc_box_on_error, NULL);
    rc_box_heap.postponed = g_ptr_array_new();
    return &rc_box_heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    g_ptr_array_free(heap->postponed, TRUE);
    heap->postponed = NULL;
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    mm_assert(!heap->is_attached); /* counts are not atomic */
    heap->is_attached = true;
    heap->mutator.heap = heap;
    return &heap->mutator;
}

void
mm_detach(struct mm_mutator *m)
{
    m->heap->is_attached = false;
}

void
mm_collect(struct mm_mutator *m)
{
    (void)m;
}

void
mm_verify(struct mm_heap *heap)
{
    mm_assert(heap->depth == 0);
    mm_assert(heap->postponed->len == 0);
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    malloc_books_read(&heap->books, out);
}

/* GLib cannot be asked about an address; but it wrote how large it made the box. */
bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    (void)heap;
    size_t front = obj ? rc_box_front(obj) : 0;
    return front >= RC_BOX_FRONT && g_rc_box_get_size((char *)(uintptr_t)obj - front) >= front;
}
