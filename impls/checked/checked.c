/* checked.c -- the calls that make, resize and free objects, and the referee's own life.
 *
 * The idea: whatever any manager may do, the referee does at once and everywhere.  What a
 * collector might move, it moves at every check; what counting might end, it ends when the last
 * place is overwritten; what malloc would leak, it names.  Each rule of mm.h is found at the
 * earliest moment at which some manager could suffer from its breach.
 *
 * Invariants, asserted by mm_verify:
 *   C1  a record stands in the table at its own index
 *   C2  a record has as many places as twins refer to it
 *   C3  every place that is not of a freed or dead object holds what its twin says
 *   C4  the payload on the books is that of the objects that are not stated dead
 *   S1, S2 of checked_space.c */
#include "checked.h"

#include <stdlib.h>

const struct mm_manager MM_MANAGER = {
    .name = "checked",
    .summary = "the referee: stops at the first breach of the contract",
    .max_threads = MM_ANY_THREADS,
};

struct mm_heap checked_heap;
bool checked_on;

static mm_owned
checked_make(struct mm_mutator *m, const struct mm_type *type, size_t n,
             struct checked_scope *scope)
{
    if (!checked_on)
        return checked_count_new(type, n, scope);
    struct checked_object *object = checked_object_create(m, type, n, scope);
    checked_flight_begin(m, object);
    return (mm_owned){ object->payload };
}

mm_owned
checked_new(struct mm_mutator *m, const struct mm_type *type, size_t n, const char *call)
{
    checked_collecting_begin(m, call);
    checked_collecting_check(m, false);
    mm_owned owned = checked_make(m, type, n, m->scopes[m->depth]);
    checked_call_end();
    return owned;
}

mm_owned
checked_new_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type, size_t n,
               const char *call)
{
    checked_collecting_begin(m, call);
    checked_collecting_check(m, false);
    mm_owned owned = checked_make(m, type, n, checked_scope_for_new(m, scope));
    checked_call_end();
    return owned;
}

/* The references that both have go over; those beyond lose a place. */
static void
checked_hand_over(struct checked_object *old, struct checked_object *fresh)
{
    size_t old_count = checked_field_count(old), fresh_count = checked_field_count(fresh);
    for (size_t i = 0; i < old_count && i < fresh_count; i++) {
        checked_place_verify((struct checked_place){ checked_field(old, i), old, &old->fields[i] });
        fresh->fields[i] = old->fields[i];
        old->fields[i] = NULL;
    }
}

static void
checked_resize_object(struct mm_mutator *m, struct checked_place at, const struct mm_type *type,
                      size_t old_n, size_t new_n)
{
    struct checked_object *old = checked_place_read(at);
    struct checked_name name = checked_name_of(old);
    if (!old)
        checked_breach(CHECKED_NO_OBJECT, name, NULL);
    if (old->member.type != type || old->member.length != old_n)
        checked_breach(CHECKED_RESIZED_OTHERWISE, name, NULL);
    if (old->member.scope != m->scopes[m->depth])
        checked_breach(CHECKED_RESIZED_SCOPE, name, NULL);
    if (old->places != 1)
        checked_breach(CHECKED_RESIZED_PLACES, name, NULL);
    checked_member_dead(&old->member);
    struct checked_object *fresh = checked_object_create(m, type, new_n, old->member.scope);
    fresh->birth_call = m->calls - 1; /* its references are old ones: mm_init is past */
    checked_hand_over(old, fresh);
    memcpy(fresh->payload, old->payload, mm_size(type, old_n < new_n ? old_n : new_n));
    old->freed = true;
    old->end_call = checked_heap.call;
    old->end = CHECKED_END_RESIZED;
    checked_place_write(at, fresh);
    checked_object_end(old, CHECKED_END_RESIZED);
}

void
checked_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
               size_t new_n)
{
    checked_collecting_begin(m, "mm_resize");
    checked_collecting_check(m, false);
    if (checked_on)
        checked_resize_object(m, checked_root_of(m, slot), type, old_n, new_n);
    else
        checked_count_resize(slot, type, old_n, new_n, m->scopes[m->depth]);
    checked_call_end();
}

static void
checked_free_object(const struct mm_type *type, void *obj, size_t n)
{
    struct checked_object *object = checked_space_find(obj);
    if (object && object->freed && object->end == CHECKED_ALIVE)
        checked_breach(CHECKED_FREED_TWICE, checked_name_of(object), object->end_call);
    object = checked_object_of(obj);
    if (object->member.type != type || object->member.length != n)
        checked_breach(CHECKED_FREED_OTHERWISE, checked_name_of(object), NULL);
    for (size_t i = 0, count = checked_field_count(object); i < count; i++)
        checked_place_verify(
            (struct checked_place){ checked_field(object, i), object, &object->fields[i] });
    object->freed = true;
    object->end_call = checked_heap.call;
    checked_member_dead(&object->member);
    checked_object_poison(object);
}

void
checked_free(struct mm_mutator *m, const struct mm_type *type, void *obj, size_t n,
             const char *call)
{
    checked_call_begin(m, call);
    if (checked_on)
        checked_free_object(type, obj, n);
    else
        checked_count_free(type, obj, n);
    checked_call_end();
}

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct mm_heap *heap = &checked_heap;
    *heap = (struct mm_heap){ .every = config->check_every };
    if (config->collect_always && heap->every == 0)
        heap->every = 1;
    checked_on = heap->every != 0;
    pthread_condattr_t attributes;
    mm_assert(pthread_condattr_init(&attributes) == 0);
    mm_assert(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    mm_assert(pthread_cond_init(&heap->turn, &attributes) == 0);
    mm_assert(pthread_condattr_destroy(&attributes) == 0);
    mm_assert(pthread_mutex_init(&heap->lock, NULL) == 0);
    if (checked_on)
        checked_space_init(config);
    return heap;
}

/* What lives here still, nobody can free any more. */
void
mm_heap_destroy(struct mm_heap *heap)
{
    heap->call = "mm_heap_destroy";
    if (heap->attached)
        checked_breach(CHECKED_ATTACHED, (struct checked_name){ 0 }, NULL);
    for (size_t i = 0; i < heap->count; i++)
        if (!heap->table[i]->freed && heap->table[i]->end == CHECKED_ALIVE)
            checked_member_leaked(&heap->table[i]->member);
    if (!checked_on)
        checked_count_scope_end(&heap->program);
    if (heap->leaked.type)
        checked_breach(CHECKED_LEAKED, heap->leaked, NULL);
    while (heap->count)
        checked_object_bury(heap->table[heap->count - 1]);
    free(heap->table);
    checked_roots_release();
    checked_trace_release();
    if (checked_on)
        checked_space_release();
    pthread_cond_destroy(&heap->turn);
    pthread_mutex_destroy(&heap->lock);
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    *out = (struct mm_stats){
        .held_bytes = checked_on ? heap->pages.held : MM_UNKNOWN,
        .peak_held_bytes = checked_on ? heap->pages.peak : MM_UNKNOWN,
        .live_bytes = heap->payload_bytes,
        .collections = heap->checks,
        .new_objects = heap->new_objects,
        .new_bytes = heap->new_bytes,
        .payload_bytes = heap->payload_bytes,
        .peak_payload_bytes = heap->peak_payload_bytes,
    };
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    (void)heap;
    return checked_on ? checked_space_find(obj) != NULL : checked_count_owns(obj);
}

static void
checked_recount(struct checked_place at)
{
    checked_place_verify(at); /* C3 */
    if (*at.twin && *at.twin != &checked_spent)
        (*at.twin)->inner++;
}

/* Recounts every place from the roots and the records. */
void
mm_verify(struct mm_heap *heap)
{
    if (!checked_on)
        return;
    checked_space_verify();
    for (size_t i = 0; i < heap->count; i++)
        heap->table[i]->inner = 0;
    checked_roots_each(checked_recount);
    uint64_t payload = 0;
    for (size_t i = 0; i < heap->count; i++) {
        struct checked_object *object = heap->table[i];
        mm_assert(object->index == i); /* C1 */
        for (size_t k = 0, count = checked_field_count(object); k < count; k++)
            if (object->freed && object->fields[k])
                object->fields[k]->inner++;
            else if (!object->freed && object->end == CHECKED_ALIVE)
                checked_recount(
                    (struct checked_place){ checked_field(object, k), object, &object->fields[k] });
        if (!object->freed && object->end == CHECKED_ALIVE)
            payload += mm_size(object->member.type, object->member.length);
    }
    for (size_t i = 0; i < heap->count; i++)
        mm_assert(heap->table[i]->inner == heap->table[i]->places); /* C2 */
    mm_assert(payload == heap->payload_bytes || heap->leaked.type); /* C4 */
}
