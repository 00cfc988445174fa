/* checked_count.c -- the referee with check_every = 0: it counts, and looks at no place.
 *
 * An object is one piece of the C library's memory: its books, a word that tells it from what is
 * none, and the payload.  What can still be seen is seen: a wrong free, and what nobody freed.
 * Cost: 64 bytes an object, a malloc, a free, and a lock for each. */
#include "checked.h"
#include "checked_poison.h"

#include "parts/null_refs.h"

#include <stdlib.h>

struct counted {
    struct checked_member member;
    void *piece;   /* what malloc gave */
    uint64_t seal; /* count_seal while it lives */
};

static uint64_t
count_seal(const struct counted *counted)
{
    return (uint64_t)(uintptr_t)counted ^ UINT64_C(0x9e3779b97f4a7c15);
}

static struct counted *
count_of(const void *obj)
{
    return (struct counted *)((uintptr_t)obj - sizeof(struct counted));
}

static void *
count_create(const struct mm_type *type, size_t n, struct checked_scope *scope)
{
    checked_type_of(type);
    size_t align = type->align > MM_ALIGN_DEFAULT ? type->align : MM_ALIGN_DEFAULT;
    if (mm_unit(type) && n > (SIZE_MAX / 4) / mm_unit(type))
        mm_exhausted(SIZE_MAX, 0);
    size_t bytes = mm_size(type, n);
    char *piece = malloc(sizeof(struct counted) + align + bytes);
    if (!piece)
        mm_exhausted(bytes, 0);
    char *payload = piece + sizeof(struct counted);
    payload += -(uintptr_t)payload & (align - 1);
    struct counted *counted = count_of(payload);
    counted->member.type = type;
    counted->member.length = n;
    counted->piece = piece;
    counted->seal = count_seal(counted);
    checked_member_join(&counted->member, scope);
    memset(payload, CHECKED_FRESH_BYTE, bytes);
    null_refs(type, payload, n);
    return payload;
}

static void
count_destroy(struct counted *counted)
{
    checked_member_leave(&counted->member);
    checked_member_dead(&counted->member);
    counted->seal = 0;
    free(counted->piece);
}

/* The object, if it is one that lives and is of this type and length. */
static struct counted *
count_expect(void *obj, const struct mm_type *type, size_t n, enum checked_rule otherwise)
{
    struct counted *counted = count_of(obj);
    if (counted->seal == 0)
        checked_breach(CHECKED_FREED_TWICE, (struct checked_name){ 0 }, NULL);
    if (counted->seal != count_seal(counted))
        checked_breach(CHECKED_NO_OBJECT, (struct checked_name){ 0 }, NULL);
    if (counted->member.type != type || counted->member.length != n)
        checked_breach(otherwise,
                       (struct checked_name){ counted->member.type, counted->member.birth }, NULL);
    return counted;
}

mm_owned
checked_count_new(const struct mm_type *type, size_t n, struct checked_scope *scope)
{
    return (mm_owned){ count_create(type, n, scope) };
}

void
checked_count_free(const struct mm_type *type, void *obj, size_t n)
{
    count_destroy(count_expect(obj, type, n, CHECKED_FREED_OTHERWISE));
}

/* The old one is off the books before the new one is on them, as if it grew in place. */
void
checked_count_resize(mm_ref *slot, const struct mm_type *type, size_t old_n, size_t new_n,
                     struct checked_scope *scope)
{
    struct counted *old = count_expect(slot->ptr_, type, old_n, CHECKED_RESIZED_OTHERWISE);
    checked_member_dead(&old->member);
    void *fresh = count_create(type, new_n, scope);
    memcpy(fresh, slot->ptr_, mm_size(type, old_n < new_n ? old_n : new_n));
    checked_member_leave(&old->member);
    old->seal = 0;
    free(old->piece);
    slot->ptr_ = fresh;
}

void
checked_count_scope_end(struct checked_scope *scope)
{
    while (scope->first) {
        checked_member_leaked(scope->first);
        count_destroy((struct counted *)(void *)scope->first);
    }
}

static bool
count_scope_owns(const struct checked_scope *scope, const void *obj)
{
    for (const struct checked_member *member = scope->first; member; member = member->next)
        if ((const char *)obj == (const char *)member + sizeof(struct counted))
            return true;
    return false;
}

bool
checked_count_owns(const void *obj)
{
    if (count_scope_owns(&checked_heap.program, obj))
        return true;
    for (const struct mm_mutator *m = checked_heap.mutators; m; m = m->next)
        for (size_t i = 1; i <= m->depth; i++)
            if (count_scope_owns(m->scopes[i], obj))
                return true;
    return false;
}
