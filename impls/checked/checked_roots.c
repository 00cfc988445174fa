/* checked_roots.c -- the calls on roots, and what is in flight.
 *
 * An mm_owned is booked with the thread that holds it until it lands; the contract lets it live
 * to that thread's next call that may collect. */
#include "checked.h"

#include <stdlib.h>

void
checked_flight_begin(struct mm_mutator *m, struct checked_object *object)
{
    m->flights = checked_grow(m->flights, &m->flights_room, m->flying + 1, sizeof m->flights[0]);
    m->flights[m->flying++] = object;
    object->flights++;
}

/* The latest is most likely the first to land. */
struct checked_object *
checked_flight_end(struct mm_mutator *m, mm_owned owned)
{
    if (!owned.ptr_)
        return NULL;
    struct checked_object *object = checked_object_of(owned.ptr_);
    size_t i = m->flying;
    while (i > 0 && m->flights[i - 1] != object)
        i--;
    if (i == 0)
        checked_breach(CHECKED_LANDED_TWICE, checked_name_of(object), NULL);
    m->flights[i - 1] = m->flights[--m->flying];
    object->flights--;
    return object;
}

void *
checked_enter(struct mm_mutator *m, size_t count)
{
    if ((size_t)(m->top - m->bottom) + count > CHECKED_ROOTS_MAX)
        mm_exhausted(count * sizeof(mm_ref), CHECKED_ROOTS_MAX * sizeof(mm_ref));
    mm_ref *slots = m->top;
    if (!checked_on) {
        m->top += count;
        return memset(slots, 0, count * sizeof *slots);
    }
    checked_call_begin(m, "MM_LOCALS");
    m->top += count;
    memset(slots, 0, count * sizeof *slots);
    memset(m->twins + (slots - m->bottom), 0, count * sizeof m->twins[0]);
    checked_call_end();
    return slots;
}

void
checked_leave(const struct checked_frame *frame)
{
    struct mm_mutator *m = frame->m;
    mm_ref *slots = frame->slots;
    if (!checked_on) {
        m->top = slots;
        return;
    }
    checked_call_begin(m, "end of MM_LOCALS");
    if (m->top != slots + frame->count)
        checked_breach(CHECKED_FRAME_ORDER, (struct checked_name){ 0 }, NULL);
    for (size_t i = 0; i < frame->count; i++)
        checked_place_write(checked_root_of(m, slots + i), NULL);
    m->top = slots;
    checked_call_end();
}

void
checked_set(struct mm_mutator *m, mm_ref *slot, void *value)
{
    if (!checked_on) {
        slot->ptr_ = value;
        return;
    }
    checked_call_begin(m, "mm_set");
    checked_place_write(checked_root_of(m, slot), checked_object_or_null(value));
    checked_call_end();
}

void
checked_take(struct mm_mutator *m, mm_ref *slot, mm_owned value)
{
    if (!checked_on) {
        slot->ptr_ = value.ptr_;
        return;
    }
    checked_call_begin(m, "mm_take");
    struct checked_place at = checked_root_of(m, slot);
    checked_place_write(at, checked_flight_end(m, value));
    checked_call_end();
}

/* Into flight first, so that it does not end with its place. */
mm_owned
checked_move(struct mm_mutator *m, mm_ref *slot)
{
    if (!checked_on)
        return (mm_owned){ slot->ptr_ };
    checked_call_begin(m, "mm_move");
    struct checked_place at = checked_root_of(m, slot);
    struct checked_object *object = checked_place_read(at);
    if (object)
        checked_flight_begin(m, object);
    checked_place_write(at, &checked_spent);
    checked_call_end();
    return (mm_owned){ object ? object->payload : NULL };
}
