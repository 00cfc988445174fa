/* mappings.c -- proves that large objects do not each take stretches of address space with rights
 * of their own: the system bounds how many of those a process may have (vm.max_map_count, 65530
 * unless set otherwise), which would end a heap long before its memory is used up. */
#include "common.h"

#include <stdio.h>

enum { OBJECTS = 500, BYTES = 40000, OBJECTS_EACH = 4 };

struct large {
    uint64_t index;
};
MM_TYPE(LARGE, struct large, .tail = MM_TAIL_BYTES, .acyclic = true);
MM_TYPE(ROW, struct large, .tail = MM_TAIL_REFS, .acyclic = true);

/* The lines of the system's list. */
static size_t
mappings_count(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    mm_assert(maps);
    size_t lines = 0;
    for (int byte; (byte = getc(maps)) != EOF;)
        lines += byte == '\n';
    fclose(maps);
    return lines;
}

static struct large *
mappings_object(const mm_ref *row, size_t i)
{
    return mm_get(mm_items(&ROW, mm_get(*row))[i]);
}

static void
mappings_build(struct mm_mutator *m, const mm_ref *row)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        mm_owned owned = mm_new_array(m, &LARGE, BYTES);
        ((struct large *)mm_peek(owned))->index = i;
        mm_store_new(m, mm_get(*row), mm_items(&ROW, mm_get(*row)) + i, owned);
    }
}

int
main(void)
{
    struct mm_heap *heap = mm_heap_create(&(struct mm_config){ .heap_bytes = 0 });
    struct mm_mutator *m = mm_attach(heap);
    {
        MM_LOCALS(m, row);
        mm_take(m, &locals->row, mm_new_array(m, &ROW, OBJECTS));
        size_t before = mappings_count();
        mappings_build(m, &locals->row);
        size_t after = mappings_count();
        printf("mappings %s: %zu, and %zu with %d objects\n", MM_MANAGER.name, before, after,
               OBJECTS);
        mm_assert(after < before + OBJECTS / OBJECTS_EACH);
        for (size_t i = 0; i < OBJECTS; i++)
            mm_assert(mappings_object(&locals->row, i)->index == i);
        for (size_t i = 0; MM_FREES && i < OBJECTS; i++)
            mm_free_array(m, &LARGE, mappings_object(&locals->row, i), BYTES);
        mm_free_array(m, &ROW, mm_get(locals->row), OBJECTS);
    }
    mm_verify(heap);
    mm_detach(m);
    mm_heap_destroy(heap);
    return 0;
}
