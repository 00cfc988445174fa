/* serves.c -- proves that the objects of a cell come from the manager that it is named after, at
 * every size and alignment, and that the proof can fail: memory from elsewhere is not owned. */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    uint64_t word;
};
struct line {
    uint64_t words[8];
};
MM_TYPE(WORD, struct word, .acyclic = true);
MM_TYPE(REFS, struct word, .tail = MM_TAIL_REFS, .acyclic = true);
MM_TYPE(BYTES, struct word, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(LINES, struct line, .align = 64, .tail = MM_TAIL_BYTES, .acyclic = true);

/* Without a fixed part: MM_TYPE takes its size from a struct, and none has size 0. */
static struct mm_type_state EMPTY_state_;
static const struct mm_type EMPTY = {
    .name = "empty", .tail = MM_TAIL_BYTES, .acyclic = true, .state = &EMPTY_state_
};
enum { EMPTIES = 1000 };

static void
serves_size(struct mm_heap *heap, struct mm_mutator *m, const struct mm_type *type, size_t n)
{
    MM_LOCALS(m, obj);
    mm_take(m, &locals->obj, mm_new_array(m, type, n));
    char *obj = mm_get(locals->obj);
    mm_assert(mm_owns(heap, obj));
    mm_free_array(m, type, obj, n);
}

/* So many that some are the last in their piece of memory, whatever a piece is. */
static void
serves_empty(struct mm_heap *heap, struct mm_mutator *m)
{
    MM_LOCALS(m, row);
    mm_take(m, &locals->row, mm_new_array(m, &REFS, EMPTIES));
    for (size_t i = 0; i < EMPTIES; i++) {
        mm_owned owned = mm_new(m, &EMPTY);
        mm_store_new(m, mm_get(locals->row), mm_items(&REFS, mm_get(locals->row)) + i, owned);
        mm_assert(mm_owns(heap, mm_get(mm_items(&REFS, mm_get(locals->row))[i])));
    }
    for (size_t i = 0; MM_FREES && i < EMPTIES; i++)
        mm_free(m, &EMPTY, mm_get(mm_items(&REFS, mm_get(locals->row))[i]));
    mm_free_array(m, &REFS, mm_get(locals->row), EMPTIES);
}

/* These cannot be asked about an address that they did not hand out: the proof of the first two is
 * that malloc is theirs, that of the third what it wrote in front of an object. */
static bool
serves_knows_all_addresses(void)
{
    return strcmp(MM_MANAGER.name, "libc") != 0 && strcmp(MM_MANAGER.name, "jemalloc") != 0 &&
           strcmp(MM_MANAGER.name, "g_rc_box") != 0;
}

static void
serves_not(struct mm_heap *heap)
{
    static uint64_t of_the_program[8];
    uint64_t of_the_stack[8] = { 0 };
    if (!serves_knows_all_addresses())
        return;
    mm_assert(!mm_owns(heap, &of_the_stack[4]));
    mm_assert(!mm_owns(heap, &of_the_program[4]));
    /* A peer may have replaced malloc; ours never do. */
    void *of_malloc = malloc(100);
    mm_assert(!test_is_ours() || !mm_owns(heap, of_malloc));
    free(of_malloc);
}

int
main(void)
{
    struct mm_heap *heap = mm_heap_create(&(struct mm_config){ .heap_bytes = 0 });
    struct mm_mutator *m = mm_attach(heap);
    const char *version = MM_MANAGER.version ? MM_MANAGER.version() : "built with the project";
    printf("serves: %s, %s: %s\n", MM_MANAGER.name, MM_MANAGER.summary, version);
    mm_assert(strpbrk(version, "0123456789") || !MM_MANAGER.version);
    serves_size(heap, m, &EMPTY, 0);
    serves_empty(heap, m);
    serves_size(heap, m, &WORD, 0);
    for (size_t n = 1; n < ((size_t)4 << 20); n += n / 3 + 1) {
        serves_size(heap, m, &BYTES, n);
        serves_size(heap, m, &LINES, n);
        serves_size(heap, m, &REFS, n / sizeof(mm_ref));
    }
    serves_not(heap);
    mm_detach(m);
    mm_heap_destroy(heap);
    return 0;
}
