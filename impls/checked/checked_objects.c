/* checked_objects.c -- the record of each object: birth, exact count of places, death.
 *
 * A record holds a twin of every reference field: the record of the object that was last written
 * there through the calls.  Counts follow from twins alone, so a raw write cannot disturb them.
 *
 * An object ends when the last place that refers to it is overwritten and it is not in flight;
 * then its own twins are released, and others may end.  This is counting at its most eager: no
 * manager ends an object sooner, so a view that survives here is good everywhere.  Rings end at
 * the trace.  The dead keep their record until the next check, to be named. */
#include "checked.h"
#include "checked_poison.h"

#include <stdlib.h>

void *
checked_grow(void *array, size_t *room, size_t needed, size_t unit)
{
    if (needed <= *room)
        return array;
    size_t fresh = *room ? *room * 2 : 64;
    while (fresh < needed)
        fresh *= 2;
    void *grown = realloc(array, fresh * unit);
    if (!grown)
        mm_exhausted(fresh * unit, 0);
    *room = fresh;
    return grown;
}

void
checked_member_join(struct checked_member *member, struct checked_scope *scope)
{
    struct mm_heap *heap = &checked_heap;
    size_t bytes = mm_size(member->type, member->length);
    member->birth = ++heap->new_objects;
    member->scope = scope;
    member->previous = NULL;
    member->next = scope->first;
    if (scope->first)
        scope->first->previous = member;
    scope->first = member;
    heap->new_bytes += bytes;
    heap->payload_bytes += bytes;
    if (heap->payload_bytes > heap->peak_payload_bytes)
        heap->peak_payload_bytes = heap->payload_bytes;
}

void
checked_member_leave(struct checked_member *member)
{
    if (member->previous)
        member->previous->next = member->next;
    else
        member->scope->first = member->next;
    if (member->next)
        member->next->previous = member->previous;
}

void
checked_member_dead(const struct checked_member *member)
{
    checked_heap.payload_bytes -= mm_size(member->type, member->length);
}

void
checked_member_leaked(const struct checked_member *member)
{
    if (!checked_heap.leaked.type)
        checked_heap.leaked = (struct checked_name){ member->type, member->birth };
}

mm_ref *
checked_field(const struct checked_object *object, size_t i)
{
    const struct checked_type *layout = object->layout;
    if (i < layout->fixed_refs)
        return (mm_ref *)(void *)(object->payload + layout->fixed_at[i]);
    i -= layout->fixed_refs;
    char *tail = object->payload + layout->type->size;
    if (layout->type->tail == MM_TAIL_REFS)
        return (mm_ref *)(void *)tail + i;
    size_t unit = i / layout->unit_refs;
    return (mm_ref *)(void *)(tail + unit * layout->unit_bytes +
                              layout->unit_at[i - unit * layout->unit_refs]);
}

static size_t
objects_rank(const uint16_t *at, size_t count, size_t offset)
{
    for (size_t i = 0; i < count; i++)
        if (at[i] == offset)
            return i;
    return SIZE_MAX;
}

size_t
checked_field_index(const struct checked_object *object, const void *place)
{
    const struct checked_type *layout = object->layout;
    size_t bytes = mm_size(layout->type, object->member.length);
    size_t offset = (uintptr_t)place - (uintptr_t)object->payload;
    if ((uintptr_t)place < (uintptr_t)object->payload || offset >= bytes)
        return SIZE_MAX;
    if (offset < layout->type->size)
        return objects_rank(layout->fixed_at, layout->fixed_refs, offset);
    if (layout->unit_refs == 0)
        return SIZE_MAX;
    offset -= layout->type->size;
    size_t unit = offset / layout->unit_bytes;
    size_t rank = objects_rank(layout->unit_at, layout->unit_refs, offset % layout->unit_bytes);
    return rank == SIZE_MAX ? SIZE_MAX : layout->fixed_refs + unit * layout->unit_refs + rank;
}

struct checked_object *
checked_object_create(struct mm_mutator *m, const struct mm_type *type, size_t n,
                      struct checked_scope *scope)
{
    struct mm_heap *heap = &checked_heap;
    const struct checked_type *layout = checked_type_of(type);
    if (n && !layout->unit_bytes)
        checked_breach(CHECKED_TYPE_NO_TAIL, (struct checked_name){ type, 0 }, NULL);
    if (layout->unit_bytes && n > (SIZE_MAX / 4) / layout->unit_bytes)
        mm_exhausted(SIZE_MAX, 0);
    size_t refs = layout->fixed_refs + n * layout->unit_refs;
    struct checked_object *object = calloc(1, sizeof *object + refs * sizeof object->fields[0]);
    if (!object)
        mm_exhausted(sizeof *object + refs * sizeof object->fields[0], 0);
    object->member.type = type;
    object->member.length = n;
    object->layout = layout;
    object->maker = m->ordinal;
    object->birth_call = m->calls;
    checked_member_join(&object->member, scope);
    heap->table = checked_grow(heap->table, &heap->room, heap->count + 1, sizeof heap->table[0]);
    object->index = heap->count;
    heap->table[heap->count++] = object;

    size_t bytes = mm_size(type, n);
    object->payload = checked_space_place(object, bytes,
                                          type->align ? type->align : MM_ALIGN_DEFAULT);
    memset(object->payload, CHECKED_FRESH_BYTE, bytes);
    for (size_t i = 0; i < refs; i++)
        checked_field(object, i)->ptr_ = NULL;
    return object;
}

void
checked_object_usable(const struct checked_object *object)
{
    struct checked_name name = checked_name_of(object);
    if (object->freed && object->end != CHECKED_END_RESIZED)
        checked_breach(CHECKED_FREED_USED, name, object->end_call);
    switch ((enum checked_end)object->end) {
    case CHECKED_ALIVE:
        return;
    case CHECKED_END_OVERWRITTEN:
        checked_breach(CHECKED_OVERWRITTEN, name, object->end_call);
    case CHECKED_END_LOST:
        checked_breach(CHECKED_UNROOTED, name, object->end_call);
    case CHECKED_END_SCOPE:
        checked_breach(CHECKED_SCOPE_USED, name, object->end_call);
    case CHECKED_END_RESIZED:
        checked_breach(CHECKED_RESIZED_USED, name, object->end_call);
    }
}

struct checked_object *
checked_object_of(const void *view)
{
    struct checked_object *object = checked_space_find(view);
    if (!object && checked_space_spans(view))
        checked_space_stale(view);
    if (!object || object->payload != view)
        checked_breach(CHECKED_NO_OBJECT, checked_name_of(object), NULL);
    checked_object_usable(object);
    return object;
}

struct checked_object *
checked_object_or_null(const void *view)
{
    return view ? checked_object_of(view) : NULL;
}

static bool
objects_is_unheld(const struct checked_object *object)
{
    return object->places == 0 && object->flights == 0 && object->end == CHECKED_ALIVE;
}

void
checked_object_poison(struct checked_object *object)
{
    checked_poison(object->payload, mm_size(object->member.type, object->member.length));
}

void
checked_object_end(struct checked_object *object, enum checked_end end)
{
    object->end = (uint8_t)end;
    object->link = NULL;
    for (struct checked_object *pending = object; pending;) {
        struct checked_object *dead = pending;
        pending = dead->link;
        if (!dead->freed) {
            dead->end_call = checked_heap.call;
            checked_member_leaked(&dead->member);
        }
        for (size_t i = 0, count = checked_field_count(dead); i < count; i++) {
            struct checked_object *target = dead->fields[i];
            dead->fields[i] = NULL;
            if (!target)
                continue;
            target->places--;
            if (objects_is_unheld(target)) {
                target->end = CHECKED_END_OVERWRITTEN;
                target->link = pending;
                pending = target;
            }
        }
        checked_object_poison(dead);
    }
}

void
checked_object_release(struct checked_object *object)
{
    if (objects_is_unheld(object))
        checked_object_end(object, CHECKED_END_OVERWRITTEN);
}

void
checked_object_bury(struct checked_object *object)
{
    struct mm_heap *heap = &checked_heap;
    checked_member_leave(&object->member);
    struct checked_object *last = heap->table[--heap->count];
    heap->table[object->index] = last;
    last->index = object->index;
    free(object);
}
