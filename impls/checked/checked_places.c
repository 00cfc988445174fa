/* checked_places.c -- from a place to its twin, where the books say what was last written there.
 *
 * A place is a field of an object, a slot of a thread's locals, or a registered slot of the
 * program; anything else is no place.  Slots of locals lie in one array a thread, their twins in
 * another; those of the program are found by a hash table with linear probing. */
#include "checked.h"
#include "checked_poison.h"

#include <stdlib.h>

struct checked_object checked_spent;

/* A root of the program.  `place` is NULL in an empty slot of the table. */
struct global {
    mm_ref *place;
    struct checked_object *object;
};

static struct {
    struct global *table;
    size_t count, room; /* room is a power of two, and never more than half full */
} globals;

static void *
places_spent_word(void)
{
    void *word;
    memset(&word, CHECKED_DEAD_BYTE, sizeof word);
    return word;
}

static struct global *
globals_probe(const mm_ref *place)
{
    size_t at = (size_t)(((uintptr_t)place >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 20);
    while (globals.table[at & (globals.room - 1)].place &&
           globals.table[at & (globals.room - 1)].place != place)
        at++;
    return &globals.table[at & (globals.room - 1)];
}

static void
globals_grow(void)
{
    struct global *old = globals.table;
    size_t room = globals.room;
    globals.room = room ? room * 2 : 64;
    globals.table = calloc(globals.room, sizeof *globals.table);
    if (!globals.table)
        mm_exhausted(globals.room * sizeof *globals.table, 0);
    for (size_t i = 0; i < room; i++)
        if (old[i].place)
            *globals_probe(old[i].place) = old[i];
    free(old);
}

/* A pointer to a place on this thread's own stack comes from a local variable. */
static bool
places_is_on_stack(const void *place)
{
    pthread_attr_t attributes;
    void *stack;
    size_t bytes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return false;
    int error = pthread_attr_getstack(&attributes, &stack, &bytes);
    pthread_attr_destroy(&attributes);
    return error == 0 && (const char *)place >= (const char *)stack &&
           (const char *)place < (const char *)stack + bytes;
}

static struct checked_object **
places_local(const struct mm_mutator *m, const mm_ref *place)
{
    uintptr_t at = (uintptr_t)place;
    if (at < (uintptr_t)m->bottom || at >= (uintptr_t)m->top || at % sizeof(mm_ref) != 0)
        return NULL;
    return &m->twins[place - m->bottom];
}

static struct checked_place
places_root(const struct mm_mutator *m, const mm_ref *place)
{
    struct checked_place at = { .place = (mm_ref *)(uintptr_t)place };
    at.twin = places_local(m, place);
    if (!at.twin && globals.room && globals_probe(place)->place)
        at.twin = &globals_probe(place)->object;
    return at;
}

void
checked_global(struct mm_mutator *m, mm_ref *slot)
{
    if (!checked_on)
        return;
    checked_call_begin(m, "mm_global");
    struct checked_name nobody = { 0 };
    if (globals.room && globals_probe(slot)->place)
        checked_breach(CHECKED_GLOBAL_TWICE, nobody, NULL);
    if (checked_space_spans(slot) || places_local(m, slot) || places_is_on_stack(slot))
        checked_breach(CHECKED_GLOBAL_STATIC, nobody, NULL);
    if (slot->ptr_)
        checked_breach(CHECKED_GLOBAL_SET, nobody, NULL);
    if (2 * (globals.count + 1) > globals.room)
        globals_grow();
    globals.count++;
    globals_probe(slot)->place = slot;
    checked_call_end();
}

void
checked_roots_release(void)
{
    free(globals.table);
    memset(&globals, 0, sizeof globals);
}

struct checked_place
checked_root_of(struct mm_mutator *m, const mm_ref *slot)
{
    struct checked_place at = places_root(m, slot);
    if (!at.twin)
        checked_breach(CHECKED_NO_ROOT, (struct checked_name){ 0 }, NULL);
    return at;
}

struct checked_place
checked_field_of(struct checked_object *owner, const mm_ref *field)
{
    size_t index = checked_field_index(owner, field);
    if (index == SIZE_MAX)
        checked_breach(CHECKED_NO_FIELD, checked_name_of(owner), NULL);
    return (struct checked_place){ (mm_ref *)(uintptr_t)field, owner, &owner->fields[index] };
}

struct checked_place
checked_place_of(const mm_ref *place)
{
    if (checked_space_spans(place)) {
        struct checked_object *owner = checked_space_find(place);
        if (!owner)
            checked_space_stale(place);
        checked_object_usable(owner);
        return checked_field_of(owner, place);
    }
    struct checked_place at = places_root(checked_self, place);
    for (struct mm_mutator *m = checked_heap.mutators; m && !at.twin; m = m->next)
        if (places_local(m, place))
            checked_breach(CHECKED_NO_ROOT, (struct checked_name){ 0 }, NULL);
    if (!at.twin)
        checked_breach(CHECKED_NO_PLACE, (struct checked_name){ 0 }, NULL);
    return at;
}

void
checked_place_verify(struct checked_place at)
{
    const struct checked_object *written = *at.twin;
    const void *expected = written ? written->payload : NULL;
    if (written == &checked_spent)
        expected = places_spent_word();
    if (at.place->ptr_ != expected)
        checked_breach(at.owner ? CHECKED_RAW_FIELD : CHECKED_RAW_ROOT,
                       checked_name_of(at.owner ? at.owner : written), NULL);
}

struct checked_object *
checked_place_read(struct checked_place at)
{
    struct checked_object *object = *at.twin;
    checked_place_verify(at);
    if (object == &checked_spent)
        checked_breach(CHECKED_SPENT, (struct checked_name){ 0 }, "mm_move");
    if (object && object->freed)
        checked_breach(CHECKED_FREED_READ, checked_name_of(object), object->end_call);
    return object;
}

void
checked_place_write(struct checked_place at, struct checked_object *value)
{
    checked_place_verify(at);
    struct checked_object *old = *at.twin;
    *at.twin = value;
    if (value == &checked_spent) {
        at.place->ptr_ = places_spent_word();
    } else {
        at.place->ptr_ = value ? value->payload : NULL;
        if (value)
            value->places++;
    }
    if (old && old != &checked_spent) {
        old->places--;
        checked_object_release(old);
    }
}

void
checked_roots_each(void (*visit)(struct checked_place at))
{
    for (struct mm_mutator *m = checked_heap.mutators; m; m = m->next)
        for (mm_ref *slot = m->bottom; slot < m->top; slot++)
            visit((struct checked_place){ slot, NULL, &m->twins[slot - m->bottom] });
    for (size_t i = 0; i < globals.room; i++)
        if (globals.table[i].place)
            visit((struct checked_place){ globals.table[i].place, NULL, &globals.table[i].object });
}
