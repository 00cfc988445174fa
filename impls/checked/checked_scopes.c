/* checked_scopes.c -- scopes: what was made inside must be referred to from inside only.
 *
 * The end of a scope looks at its own objects alone: each reference from one of them to another
 * is counted, and an object with more places than that has one outside.  Only then is the world
 * traced, since the place may be in what is lost. */
#include "checked.h"

#include <stdlib.h>

static struct checked_scope *
scopes_innermost(const struct mm_mutator *m)
{
    return m->scopes[m->depth];
}

/* Where an open scope of this thread is in its stack. */
static size_t
scopes_depth(const struct mm_mutator *m, struct mm_scope scope)
{
    if (scope.depth > m->depth || m->scopes[scope.depth]->id != scope.id)
        checked_breach(CHECKED_SCOPE_CLOSED, (struct checked_name){ 0 }, NULL);
    return scope.depth;
}

struct checked_scope *
checked_scope_for_new(const struct mm_mutator *m, struct mm_scope scope)
{
    size_t depth = scopes_depth(m, scope);
    if (depth == m->depth)
        checked_breach(CHECKED_SCOPE_INNERMOST, (struct checked_name){ 0 }, NULL);
    return m->scopes[depth];
}

struct mm_scope
checked_scope_begin(struct mm_mutator *m)
{
    checked_call_begin(m, "mm_scope_begin");
    struct checked_scope *scope = malloc(sizeof *scope);
    if (!scope)
        mm_exhausted(sizeof *scope, 0);
    *scope = (struct checked_scope){ .id = ++checked_heap.scopes };
    m->scopes = checked_grow(m->scopes, &m->scopes_room, m->depth + 2, sizeof m->scopes[0]);
    m->scopes[++m->depth] = scope;
    checked_call_end();
    return (struct mm_scope){ .id = scope->id, .depth = (uint32_t)m->depth };
}

/* Every object is the first part of its record. */
static struct checked_object *
scopes_object(struct checked_member *member)
{
    return (struct checked_object *)(void *)member;
}

static void
scopes_count_inner(const struct checked_scope *scope)
{
    for (struct checked_member *member = scope->first; member; member = member->next)
        scopes_object(member)->inner = 0;
    for (struct checked_member *member = scope->first; member; member = member->next) {
        const struct checked_object *object = scopes_object(member);
        for (size_t i = 0, count = checked_field_count(object); i < count; i++)
            if (object->fields[i] && object->fields[i]->member.scope == scope)
                object->fields[i]->inner++;
    }
}

static void
scopes_verify_unreached(const struct checked_scope *scope)
{
    bool suspicious = false;
    scopes_count_inner(scope);
    for (struct checked_member *member = scope->first; member; member = member->next)
        suspicious |= scopes_object(member)->places != scopes_object(member)->inner;
    if (!suspicious)
        return;
    checked_trace_mark();
    for (struct checked_member *member = scope->first; member; member = member->next)
        if (scopes_object(member)->reached)
            checked_breach(CHECKED_SCOPE_REACHED, checked_name_of(scopes_object(member)), NULL);
}

/* All are marked first, so that none seems to die of another's death. */
static void
scopes_end_objects(struct checked_scope *scope)
{
    for (struct checked_member *member = scope->first; member; member = member->next)
        if (scopes_object(member)->end == CHECKED_ALIVE) {
            scopes_object(member)->end = CHECKED_END_SCOPE;
            if (!scopes_object(member)->freed)
                checked_member_dead(member);
        }
    for (struct checked_member *member = scope->first; member; member = member->next)
        if (scopes_object(member)->end == CHECKED_END_SCOPE)
            checked_object_end(scopes_object(member), CHECKED_END_SCOPE);
}

/* The dead keep their records until the next check, and the records need a list to leave. */
static void
scopes_hand_over(struct checked_scope *scope, struct checked_scope *heir)
{
    struct checked_member *last = NULL;
    for (struct checked_member *member = scope->first; member; member = member->next) {
        member->scope = heir;
        last = member;
    }
    if (!last)
        return;
    last->next = heir->first;
    if (heir->first)
        heir->first->previous = last;
    heir->first = scope->first;
}

void
checked_scope_end(struct mm_mutator *m, struct mm_scope scope)
{
    checked_collecting_begin(m, "mm_scope_end");
    if (scopes_depth(m, scope) != m->depth || scope.depth == 0)
        checked_breach(CHECKED_SCOPE_ORDER, (struct checked_name){ 0 }, NULL);
    struct checked_scope *ending = scopes_innermost(m);
    if (checked_on) {
        checked_world_stop(m);
        scopes_verify_unreached(ending);
        scopes_end_objects(ending);
        scopes_hand_over(ending, &checked_heap.program);
        checked_world_start();
    } else {
        checked_count_scope_end(ending);
    }
    m->depth--;
    free(ending);
    checked_collecting_check(m, false);
    checked_call_end();
}
