/* conformance.c -- compiled once per manager: every call of mm.h at its exact type, or the build
 * fails by name; and the two fast calls that the harness needs, as ordinary functions. */
#include "mm.h"

_Static_assert((MM_FREES | 1) == 1, "MM_FREES is 0 or 1");
_Static_assert((MM_ROOTS | 1) == 1, "MM_ROOTS is 0 or 1");
_Static_assert((MM_BARRIER | 1) == 1, "MM_BARRIER is 0 or 1");
_Static_assert((MM_SCOPES | 1) == 1, "MM_SCOPES is 0 or 1");
_Static_assert((MM_MOVES | 1) == 1, "MM_MOVES is 0 or 1");
_Static_assert(sizeof(mm_ref) == sizeof(void *), "a place is one pointer");

const struct mm_traits MM_TRAITS = {
    .frees = MM_FREES,
    .roots = MM_ROOTS,
    .barrier = MM_BARRIER,
    .scopes = MM_SCOPES,
    .moves = MM_MOVES,
};

struct pair {
    mm_ref left, right;
    uint64_t value;
};
MM_TYPE(PAIR, struct pair, .ref_words = MM_WORD(struct pair, left) | MM_WORD(struct pair, right));
MM_TYPE(ROW, struct pair, .tail = MM_TAIL_REFS);

static void
conformance_allocation(struct mm_mutator *m, mm_ref *slot)
{
    struct mm_scope scope = mm_scope_begin(m);
    mm_take(m, slot, mm_new(m, &PAIR));
    mm_free(m, &PAIR, mm_get(*slot));
    mm_take(m, slot, mm_new_in(m, mm_scope_program(m), &PAIR));
    mm_take(m, slot, mm_new_array_in(m, scope, &ROW, 2));
    mm_take(m, slot, mm_new_array(m, &ROW, 2));
    mm_resize(m, slot, &ROW, 2, 4);
    mm_free_array(m, &ROW, mm_get(*slot), 4);
    mm_scope_end(m, scope);
}

static void
conformance_fields(struct mm_mutator *m, mm_ref *slot)
{
    mm_owned owned = mm_new(m, &PAIR);
    struct pair *pair = mm_peek(owned);
    mm_init(m, pair, &pair->left, NULL);
    mm_init_new(m, pair, &pair->right, mm_move(m, slot));
    mm_take(m, slot, owned);
    mm_store(m, pair, &pair->left, pair);
    mm_store_new(m, pair, &pair->right, mm_new(m, &PAIR));
    mm_copy(m, pair, &pair->left, &pair->right, 1);
    mm_clear(m, pair, &pair->left, 2);
    if (mm_cas(m, pair, &pair->left, NULL, mm_get_shared(pair->right)))
        mm_set(m, slot, NULL);
}

/* Never called; that it compiles and links is the check. */
void conformance_all(struct mm_mutator *m);
void
conformance_all(struct mm_mutator *m)
{
    static mm_ref global;
    MM_LOCALS(m, local);
    mm_global(m, &global);
    conformance_allocation(m, &locals->local);
    conformance_fields(m, &global);
    mm_safepoint(m);
}

void
mm_heap_park(struct mm_mutator *m)
{
    mm_park(m);
}

void
mm_heap_unpark(struct mm_mutator *m)
{
    mm_unpark(m);
}
