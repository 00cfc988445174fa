/* checked_fields.c -- the calls on fields: each looks its object and its place up in the books,
 * and stops unless both are what the contract says. */
#include "checked.h"

void *
checked_load(const mm_ref *place, const char *call)
{
    if (!checked_on)
        return MM_LOAD_ACQUIRE(&place->ptr_);
    checked_call_begin(checked_self, call);
    const struct checked_object *object = checked_place_read(checked_place_of(place));
    void *view = object ? object->payload : NULL;
    checked_call_end();
    return view;
}

/* An object that was made by this thread, with no call that may collect since. */
static void
fields_init(struct mm_mutator *m, void *obj, mm_ref *field, struct checked_object *value)
{
    struct checked_object *owner = checked_object_of(obj);
    struct checked_place at = checked_field_of(owner, field);
    if (owner->maker != m->ordinal || owner->birth_call != m->calls)
        checked_breach(CHECKED_INIT_LATE, checked_name_of(owner), NULL);
    if (*at.twin)
        checked_breach(CHECKED_INIT_SET, checked_name_of(owner), NULL);
    checked_place_write(at, value);
}

void
checked_init(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    if (!checked_on) {
        field->ptr_ = value;
        return;
    }
    checked_call_begin(m, "mm_init");
    fields_init(m, obj, field, checked_object_or_null(value));
    checked_call_end();
}

void
checked_init_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    if (!checked_on) {
        field->ptr_ = value.ptr_;
        return;
    }
    checked_call_begin(m, "mm_init_new");
    fields_init(m, obj, field, checked_flight_end(m, value));
    checked_call_end();
}

void
checked_store(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    if (!checked_on) {
        MM_STORE_RELEASE(&field->ptr_, value);
        return;
    }
    checked_call_begin(m, "mm_store");
    checked_place_write(checked_field_of(checked_object_of(obj), field),
                        checked_object_or_null(value));
    checked_call_end();
}

void
checked_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value)
{
    if (!checked_on) {
        MM_STORE_RELEASE(&field->ptr_, value.ptr_);
        return;
    }
    checked_call_begin(m, "mm_store_new");
    struct checked_place at = checked_field_of(checked_object_of(obj), field);
    checked_place_write(at, checked_flight_end(m, value));
    checked_call_end();
}

/* From the last to the first if `to` is behind `from`, as memmove does. */
void
checked_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n)
{
    if (!checked_on) {
        memmove(to, from, n * sizeof *to);
        return;
    }
    checked_call_begin(m, "mm_copy");
    struct checked_object *owner = checked_object_of(obj);
    for (size_t i = 0; i < n; i++) {
        checked_place_read(checked_place_of(from + i));
        checked_field_of(owner, to + i);
    }
    bool down = (uintptr_t)to > (uintptr_t)from;
    for (size_t step = 0; step < n; step++) {
        size_t i = down ? n - 1 - step : step;
        struct checked_object *value = *checked_place_of(from + i).twin;
        checked_place_write(checked_field_of(owner, to + i), value);
    }
    checked_call_end();
}

void
checked_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    if (!checked_on) {
        memset(places, 0, n * sizeof *places);
        return;
    }
    checked_call_begin(m, "mm_clear");
    struct checked_object *owner = checked_object_of(obj);
    for (size_t i = 0; i < n; i++)
        checked_field_of(owner, places + i);
    for (size_t i = 0; i < n; i++)
        checked_place_write(checked_field_of(owner, places + i), NULL);
    checked_call_end();
}

bool
checked_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    if (!checked_on)
        return __atomic_compare_exchange_n(&field->ptr_, &expected, value, false, __ATOMIC_ACQ_REL,
                                           __ATOMIC_ACQUIRE);
    checked_call_begin(m, "mm_cas");
    struct checked_place at = checked_field_of(checked_object_of(obj), field);
    const struct checked_object *held = checked_object_or_null(expected);
    struct checked_object *fresh = checked_object_or_null(value);
    bool equal = checked_place_read(at) == held;
    if (equal)
        checked_place_write(at, fresh);
    checked_call_end();
    return equal;
}
