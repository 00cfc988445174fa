/* checked_trace.c -- a check: the world is traced, compared with its twins, and moved.
 *
 * From every root, depth first, with a stack of its own: each place must hold what was last
 * written there through the calls, no object reached may have been freed, and every object must
 * still have its header.  What is not reached is lost: rings that counting alone does not end.
 * Strong components are found on the way (Tarjan 1972), in the rings of the lost too: none may
 * have two members, or an edge to itself, with a type that promised to be acyclic.  Then the
 * survivors are copied to fresh addresses, and their old ones become inaccessible.
 *
 * Cost: a few tens of nanoseconds for each object and each reference, and the copying. */
#include "checked.h"

#include <stdlib.h>

/* One object on the path from the root, and which of its references is next. */
struct step {
    struct checked_object *object;
    size_t next;
};

static struct {
    struct step *path;
    size_t depth, path_room;
    struct checked_object **open; /* visited, component not yet complete */
    size_t opened, open_room;
    uint64_t clock; /* orders are handed out from here, and never again */
    uint64_t start; /* orders above it are of this trace */
    bool lost;      /* it is the lost that are traced: already dead or freed is fine */
} trace;

static void
trace_enter(struct checked_object *object)
{
    if (!trace.lost) {
        checked_space_intact(object);
        if (object->freed)
            checked_breach(CHECKED_FREED_REACHABLE, checked_name_of(object), object->end_call);
        object->reached = true;
    }
    object->order = object->low = ++trace.clock;
    object->on_path = true;
    trace.open = checked_grow(trace.open, &trace.open_room, trace.opened + 1, sizeof trace.open[0]);
    trace.open[trace.opened++] = object;
    trace.path = checked_grow(trace.path, &trace.path_room, trace.depth + 1, sizeof trace.path[0]);
    trace.path[trace.depth++] = (struct step){ object, 0 };
}

/* The object's component is complete, and it was the first of it that was visited. */
static void
trace_close(const struct checked_object *object)
{
    bool many = trace.open[trace.opened - 1] != object;
    struct checked_object *member;
    do {
        member = trace.open[--trace.opened];
        member->on_path = false;
        if (many && member->member.type->acyclic)
            checked_breach(CHECKED_CYCLE, checked_name_of(member), NULL);
    } while (member != object);
}

/* Follows one reference of the object on top of the path. */
static void
trace_follow(struct checked_object *object, size_t i)
{
    struct checked_object *target = object->fields[i];
    if (!trace.lost)
        checked_place_verify(
            (struct checked_place){ checked_field(object, i), object, &object->fields[i] });
    if (!target)
        return;
    if (target == object && object->member.type->acyclic)
        checked_breach(CHECKED_CYCLE, checked_name_of(object), NULL);
    if (target->order <= trace.start)
        trace_enter(target);
    else if (target->on_path && target->order < object->low)
        object->low = target->order;
}

static void
trace_from(struct checked_object *root)
{
    if (root->order > trace.start)
        return;
    trace_enter(root);
    while (trace.depth) {
        struct step *top = &trace.path[trace.depth - 1];
        struct checked_object *object = top->object;
        if (top->next < checked_field_count(object)) {
            trace_follow(object, top->next++);
            continue;
        }
        if (object->low == object->order)
            trace_close(object);
        trace.depth--;
        if (trace.depth && trace.path[trace.depth - 1].object->low > object->low)
            trace.path[trace.depth - 1].object->low = object->low;
    }
}

static void
trace_root(struct checked_place at)
{
    checked_place_verify(at);
    if (*at.twin && *at.twin != &checked_spent)
        trace_from(*at.twin);
}

void
checked_trace_mark(void)
{
    struct mm_heap *heap = &checked_heap;
    for (size_t i = 0; i < heap->count; i++)
        heap->table[i]->reached = false;
    trace.start = trace.clock;
    trace.lost = false;
    checked_roots_each(trace_root);
}

/* What was not reached ends, and what has ended leaves the books. */
static void
trace_bury(void)
{
    struct mm_heap *heap = &checked_heap;
    trace.lost = true;
    for (size_t i = 0; i < heap->count; i++)
        if (!heap->table[i]->reached && heap->table[i]->end == CHECKED_ALIVE)
            trace_from(heap->table[i]);
    for (size_t i = 0; i < heap->count; i++)
        if (!heap->table[i]->reached && heap->table[i]->end == CHECKED_ALIVE)
            checked_object_end(heap->table[i], CHECKED_END_LOST);
}

static void
trace_move(struct checked_object *object)
{
    const struct mm_type *type = object->member.type;
    size_t bytes = mm_size(type, object->member.length);
    const char *old = object->payload;
    object->payload = checked_space_place(object, bytes,
                                          type->align ? type->align : MM_ALIGN_DEFAULT);
    memcpy(object->payload, old, bytes);
}

static void
trace_update(struct checked_place at)
{
    if (*at.twin && *at.twin != &checked_spent)
        at.place->ptr_ = (*at.twin)->payload;
}

static void
trace_update_fields(struct checked_object *object)
{
    for (size_t i = 0, count = checked_field_count(object); i < count; i++)
        if (object->fields[i])
            checked_field(object, i)->ptr_ = object->fields[i]->payload;
}

void
checked_trace(void)
{
    struct mm_heap *heap = &checked_heap;
    heap->checks++;
    checked_trace_mark();
    trace_bury();
    size_t bytes = 0;
    for (size_t i = 0; i < heap->count; i++)
        if (heap->table[i]->end == CHECKED_ALIVE)
            bytes += mm_size(heap->table[i]->member.type, heap->table[i]->member.length);
    checked_space_turn(bytes, heap->call);
    for (size_t i = heap->count; i-- > 0;)
        if (heap->table[i]->end != CHECKED_ALIVE)
            checked_object_bury(heap->table[i]);
    for (size_t i = 0; i < heap->count; i++)
        trace_move(heap->table[i]);
    for (size_t i = 0; i < heap->count; i++)
        trace_update_fields(heap->table[i]);
    checked_roots_each(trace_update);
    checked_space_drop();
}

void
checked_trace_release(void)
{
    free(trace.path);
    free(trace.open);
    memset(&trace, 0, sizeof trace);
}
