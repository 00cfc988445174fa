/* block_heap_books.h -- the slow half of the block heap: what its files and its managers share.
 *
 * Address space is reserved twice: for blocks of equal cells, with a mark byte for every granule of
 * 16 bytes beside them, and for large objects, in ranges of pages.  A mark byte belongs to the cell
 * that begins in its granule, and says:
 *   == heap->mark    reached in the running cycle, or born while it runs
 *   == heap->live    reached in the last finished cycle
 *   either of these with the bit MARK_LOGGED   the same, and a manager remembers the object
 *   anything else    free if the search for holes has not passed it, new if it has
 * No cycle runs while mark == live.  The values are even and rotate from 2 to 254, so nothing is
 * cleared; the bytes that an old value is left in are, a few in each cycle, before the value comes
 * back.
 *
 * Everything here is guarded by the world's lock, but a mutator's own holes, and what belongs to
 * the marker: its own structure, kind.marked, large_space.marked_pages and large_space.grey, which
 * mutators leave alone while it may run; the last two are atomic, for an aide (parts/aide.h).  What
 * marker and mutators touch is atomic: mark bytes, block.touched, kind.blocks_touched, large.mark,
 * and the places that references are in.  So a marker may run while mutators do. */
#ifndef PARTS_BLOCK_HEAP_BOOKS_H
#define PARTS_BLOCK_HEAP_BOOKS_H

#include "mm.h"
#include "parts/aide.h"
#include "parts/events.h"
#include "parts/marker.h"
#include "parts/pages.h"
#include "parts/snapshot_books.h"
#include "parts/world.h"

enum {
    GRANULE_SHIFT = 4,
    GRANULE_BYTES = 1 << GRANULE_SHIFT,
    BLOCK_MARKS = BLOCK_BYTES >> GRANULE_SHIFT,
    BLOCK_WORDS = BLOCK_MARKS / 64, /* of a bitmap of granules */
    BITMAP_BYTES_MAX = 512,         /* larger cells are looked at one by one */
    MARK_LOGGED = 1,                /* of a mark byte: see above */
    MARK_VALUES = 127,              /* that rotate */
    CLEAN_CYCLES = 120              /* in which every block's old mark bytes are cleared */
};
_Static_assert(CLEAN_CYCLES < MARK_VALUES - 1, "no old value is left when it comes back");
#define BLOCK_NONE UINT32_MAX

/* -- Kinds ------------------------------------------------------------------- */

enum { KIND_FREE = 0, KIND_GONE = 1 }; /* of blocks that hold no cells; GONE: not committed */

/* What the marker needs, in one cache line. */
struct kind {
    _Alignas(64) uint64_t refs; /* bit i: word i of the fixed part is a reference */
    uint64_t unit_refs;         /* the same for a unit of the tail; 0: the tail is not looked at */
    uint32_t unit_bytes;
    uint32_t fixed_bytes; /* where the tail begins */
    uint32_t bytes;       /* of a cell */
    uint32_t cells;       /* in a block */
    /* The short way, if all references of the fixed part stand side by side and there is no tail:
     * `run` words from word `run_first` on. */
    uint16_t run, run_first;
    bool has_refs; /* at all */
    /* What is above never changes; an aide has a copy of it. */
    uint64_t blocks_touched; /* atomic: with a cell marked in this cycle */
    uint64_t marked;         /* cells that the marker found in this cycle */
};
_Static_assert(sizeof(struct kind) == 64, "a kind is a cache line");

struct block_list {
    uint32_t first, last, count;
};

struct kind_books {
    struct block_list unswept; /* not looked at since the last cycle */
    struct block_list swept;   /* looked at and handed out, or in use by a mutator */
    struct block_list full;    /* looked at, without a hole */
    struct block_list partial; /* left by a mutator: holes from block_link.resume on */
    uint64_t holes_bytes;      /* free in blocks with live cells, when the last cycle ended */
    uint64_t handed_bytes;     /* in holes since the last cycle, as far as mutators told */
    uint64_t black_bytes;      /* of these, since the running cycle began */
    uint64_t recent_bytes;     /* handed out in earlier cycles; older ones count less */
    uint64_t gathered_bytes;   /* of runway.c: handed out since the last cycle */
};

/* -- Blocks ------------------------------------------------------------------- */

struct block {
    uint16_t kind;
    uint8_t touched; /* atomic: the mark value when a cell was last marked */
    uint8_t swept;   /* heap->live when it was last looked at for holes */
};

struct block_link {
    uint32_t next, previous;
    uint32_t resume;    /* of a partial block: the granule where its holes begin */
    uint16_t unscanned; /* whether it has marked cells whose references were not looked at */
    uint16_t counted;   /* live cells, of a manager that keeps heap->counts */
};

/* -- Large objects --------------------------------------------------------------- */

enum { LARGE_COUNT_STUCK = 63 }; /* the highest count: it stays */

enum large_state { LARGE_GONE, LARGE_FREE, LARGE_USED };

/* The first page of an extent.  An object begins at its first byte. */
struct large {
    size_t bytes;            /* of the object */
    uint32_t pages, before;  /* of this extent, and of the one in front of it */
    uint32_t next, previous; /* in its list */
    uint32_t grey_next;      /* in the marker's list; LARGE_NONE */
    uint16_t kind;
    uint8_t mark; /* atomic */
    uint8_t state : 2;
    uint8_t count : 6; /* of references, of a manager that keeps heap->counts; else 0 */
};
_Static_assert(sizeof(struct large) == 32, "two entries a cache line");
#define LARGE_NONE UINT32_MAX
enum { LARGE_BINS = 64 + 4 * 26 };

struct large_list {
    uint32_t first, last;
};

struct large_space {
    char *base;
    struct large *table;    /* by page */
    size_t pages_max;       /* reserved */
    uint32_t top;           /* pages behind which nothing was ever used */
    uint32_t last;          /* the extent that ends there */
    size_t table_committed; /* bytes */
    struct large_list unswept, swept;
    struct large_list fresh;      /* made since the last cycle */
    uint32_t bins[2][LARGE_BINS]; /* free extents by size: GONE and FREE */
    size_t used_pages, free_pages, dead_pages;
    size_t marked_pages;   /* atomic: that the marker found in this cycle */
    size_t black_pages;    /* of objects made while it runs */
    uint64_t handed_bytes; /* since the last cycle */
    uint64_t recent_bytes; /* lately; older ones count less */
    uint32_t grey;         /* atomic: marked, references not yet looked at */
};

/* -- The heap ------------------------------------------------------------------------ */

struct block_heap {
    struct pages pages;
    struct events events;
    struct world world;
    char *cells;
    size_t cells_bytes; /* reserved; beyond are large objects */
    uint8_t *marks;
    struct block *blocks;
    struct block_link *links;
    uint32_t blocks_max, blocks_top; /* reserved; ever committed */
    uint32_t dead_cursor;            /* blocks before it are not wholly dead */
    uint32_t dead_blocks;            /* wholly dead, and not taken yet */
    uint32_t used_blocks;            /* with a kind */
    struct block_list free, gone;
    uint8_t live, mark;
    bool collect_always;
    size_t hole_bytes; /* atomic: the longest handed out; below HOLE_BYTES_MAX each one is paced */
    uint32_t clean_next; /* block whose old mark bytes are cleared next */
    struct kind *kinds;
    struct kind_books *books;
    struct mm_type_state **states; /* of all types seen, to be forgotten with the heap */
    size_t kinds_count, states_count;
    size_t kinds_committed, books_committed, states_committed, globals_committed; /* bytes */
    size_t marks_committed, blocks_committed, links_committed, cells_committed;
    uint8_t *counts; /* of managers that count: a byte for each mark byte; else NULL */
    size_t counts_committed;
    mm_ref **globals;
    size_t globals_count;
    struct large_space large;
    struct marker marker;
    struct snapshot snapshot; /* of managers that mark beside mutators */
    struct aide aide;         /* of these, who marks while the marker does; or none */
    size_t budget;            /* of held bytes, for cells; collect before it is passed */
    size_t budget_max;        /* what the limit leaves for cells; 0: no limit */
    unsigned growth_percent;  /* of the goal; 0: all that the limit leaves is the goal */
    uint32_t trim_blocks;     /* not looked at yet for what is beyond the budget */
    uint64_t trim_next_ns;    /* when the next step of that may be taken */
    uint64_t live_bytes;      /* when the last cycle ended */
    uint64_t born_bytes;      /* of these, while it ran: nobody looked whether they live */
    uint64_t handed_bytes;    /* in holes and large objects since then */
    uint64_t between_bytes;   /* the same between the ends of the last two cycles */
    uint64_t cycles;
    uint64_t young_cycles; /* that did not rotate the mark; not counted in cycles */
    uint64_t starts[BITMAP_BYTES_MAX / 8 + 1][BLOCK_WORDS]; /* by cell size: where cells begin */
};

/* block_heap.c */
/* `bytes`: of the manager's structure that the heap is the first part of. */
void block_heap_create(struct block_heap *heap, const struct mm_config *config, size_t bytes);
void block_heap_destroy(struct block_heap *heap);

/* Keeps a count for each cell besides; before the first block is committed. */
void block_heap_create_counts(struct block_heap *heap);

/* Makes `bytes` of a table usable, of which *committed are already; false: no memory. */
bool block_heap_extend(struct block_heap *heap, void *table, size_t *committed, size_t bytes);

/* Sets the budget for the time until the next cycle: what grew from the live size, with room for
 * `bytes` more, and no more than the limit allows; or all of that, if no growth was asked for.
 * What is kept for the mark stack is not in it. */
void block_heap_set_budget(struct block_heap *heap, size_t bytes);

/* Whether a larger budget could be set. */
bool block_heap_may_grow(const struct block_heap *heap);

/* Lets what grew from the live size be passed by a tenth, within the limit, until the next budget
 * is set; false: the budget is no less already. */
bool block_heap_stretch_budget(struct block_heap *heap);

/* Lets a large object pass the goal, within the limit, without a cycle first; false: the goal has
 * been passed by a tenth already, or the budget is all that there is. */
bool block_heap_stretch_for_large(struct block_heap *heap, size_t bytes);

/* What is held beyond the goal that the last cycle's live size and growth_percent set; 0 if no
 * growth was asked for. */
size_t block_heap_past_goal(const struct block_heap *heap);

/* Whether even what objects take, without what is free or known to be dead, is past that goal by
 * more than a tenth. */
bool block_heap_uses_past_goal(const struct block_heap *heap);

/* Bytes that may still be committed within the budget. */
size_t block_heap_headroom(const struct block_heap *heap);

/* Bytes that are held too much for `bytes` more to be within the budget. */
size_t block_heap_excess(const struct block_heap *heap, size_t bytes);

/* Bytes that can be had for any purpose: headroom, free and dead blocks and large ranges. */
size_t block_heap_room(const struct block_heap *heap);

/* Emits an event for what began at begin_ns, if it handled bytes or took long. */
void block_heap_event(struct mm_mutator *m, enum mm_event_kind kind, uint64_t begin_ns,
                      uint64_t bytes);

/* Gives all free memory beyond the budget back to the system at once. */
void block_heap_trim(struct mm_mutator *m);

/* Whether `obj` was handed out.  With the lock held, or the world stopped. */
bool block_heap_owns(const struct block_heap *heap, const void *obj);

/* block_cycle.c: what every cycle of every manager begins and ends with. */
void block_cycle_begin(struct block_heap *heap);
void block_cycle_end(struct block_heap *heap);

/* A cycle that does not rotate the mark: what was live stays so, and what was made since the last
 * cycle is live if it is marked meanwhile.  Looks only at blocks and large objects that were handed
 * out since then. */
void block_cycle_begin_young(struct block_heap *heap);
void block_cycle_end_young(struct block_heap *heap);

/* Greys all that the roots refer to. */
void block_cycle_roots(struct block_heap *heap);

/* Colours the rest of the mutators' holes with the cycle's mark. */
void block_cycle_blacken(struct block_heap *heap);

/* What was handed out since the last cycle ended, with what mutators did not tell yet: for who has
 * the world at rest. */
uint64_t block_cycle_handed_bytes(const struct block_heap *heap);

/* What was born while the cycle ran that ended last. */
uint64_t block_cycle_black_bytes(const struct block_heap *heap);

/* Gives up all mutators' holes. */
void block_cycle_drop_holes(struct block_heap *heap);

/* Between cycles: clears old mark values of up to `count` blocks; false if none are left to do in
 * this cycle.  Mutators may go on allocating. */
bool block_cycle_clean(struct block_heap *heap, uint32_t count);

/* The same for a block that a mutator takes in hand. */
void block_cycle_clean_entered(struct block_heap *heap, uint32_t block);

/* block_kinds.c: the kind for this type and size; 0: no memory. */
size_t block_kinds_find(struct block_heap *heap, const struct mm_type *type, size_t bytes);
void block_kinds_create(struct block_heap *heap);
void block_kinds_destroy(struct block_heap *heap);

/* Makes the bump pointers of so many kinds usable; false: no memory. */
bool block_kinds_extend_mutator(struct mm_mutator *m, size_t kinds);

/* block_holes.c */
void block_holes_create(struct block_heap *heap);

/* The next hole of the block that the mutator has for this kind; false: it has no more. */
bool block_holes_next(struct mm_mutator *m, size_t kind);

/* Takes a block with a hole for the mutator; false: there is none within the budget. */
bool block_holes_take(struct mm_mutator *m, size_t kind);

/* Makes the rest of the mutator's hole free again; the block is still the mutator's. */
void block_holes_whiten(struct mm_mutator *m, size_t kind);

/* The same, and leaves the block for others to go on with. */
void block_holes_leave(struct mm_mutator *m, size_t kind);

/* Tells the books what was handed out in this kind's holes, and used: all but the rest of the hole.
 */
void block_holes_tell(struct mm_mutator *m, size_t kind);

/* Writes the mark bytes of the rest of the hole: of all granules where a cell begins. */
void block_holes_colour(struct mm_mutator *m, size_t kind, uint8_t mark);

/* Clears the mark bytes of cells that are not live.  No mutator has the block in hand. */
void block_holes_clean(struct block_heap *heap, size_t block);

/* Makes a wholly dead block free. */
void block_holes_free(struct block_heap *heap, uint32_t block);

/* The same for one that was handed out since the last cycle and is in this list: it is the next to
 * be taken. */
void block_holes_free_young(struct block_heap *heap, struct block_list *list, uint32_t block);

/* Of a manager that counts, right after a cycle, when no block is in a mutator's hand: a cell of
 * this block died, its last one or another.  The block is free then, or to be searched for holes.
 */
void block_holes_died(struct block_heap *heap, uint32_t block);

/* Whether a block is known to have so few free cells that it is left in the list of full ones. */
bool block_holes_are_few(const struct block_heap *heap, uint32_t block);

/* Lets those blocks be searched for holes nevertheless. */
void block_holes_reopen(struct block_heap *heap);

/* block_supply.c: what `count` new blocks take at most, tables included. */
size_t block_supply_cost(const struct block_heap *heap, size_t count);

/* Puts blocks from the system into the free list; false: the budget is full. */
bool block_supply_fresh(struct mm_mutator *m);

/* Gives free and dead blocks back to the system until there is headroom for `bytes`, or none are
 * left. */
void block_supply_return(struct mm_mutator *m, size_t bytes);

/* The same while the program runs: notes what is held beyond the budget, then gives it back in
 * steps, one at most in each slow path of allocation, and on the whole in at most a hundredth of
 * the time. */
void block_supply_trim_begin(struct block_heap *heap);
void block_supply_trim_step(struct mm_mutator *m);

/* Looks at up to `count` blocks for wholly dead ones, until a few are free. */
void block_holes_stock(struct block_heap *heap, uint32_t count);

/* Live cells of a block as bits by granule, 64 granules from 64 * word on. */
uint64_t block_holes_live(const struct block_heap *heap, size_t block, size_t word);

/* Unlinks and links blocks. */
void block_list_push(struct block_heap *heap, struct block_list *list, uint32_t block);
void block_list_push_front(struct block_heap *heap, struct block_list *list, uint32_t block);
void block_list_unlink(struct block_heap *heap, struct block_list *list, uint32_t block);
void block_list_append(struct block_heap *heap, struct block_list *list, struct block_list *more);

/* block_large.c */
bool block_large_create(struct block_heap *heap, size_t pages_max);

/* A range for an object of this many bytes; NULL: there is none within the budget.  Says whether
 * its bytes are known to be zero. */
void *block_large_new(struct mm_mutator *m, size_t kind, size_t bytes, bool *zero);

/* Frees up to `count` dead objects; false: none are left unswept. */
bool block_large_sweep(struct block_heap *heap, size_t count);
void block_large_cycle_begin(struct block_heap *heap);
void block_large_cycle_end(struct block_heap *heap);
void block_large_cycle_end_young(struct block_heap *heap);

/* The list of large objects whose references nobody looked at yet.  Several may push at the same
 * time; one only pops: the object, NULL if there is none. */
void block_large_push_grey(struct block_heap *heap, struct large *large);
char *block_large_pop_grey(struct block_heap *heap);

/* Of a manager that counts, between cycles: frees a live object. */
void block_large_drop(struct block_heap *heap, struct large *object);

/* Forgets the counts of all; after block_large_cycle_begin. */
void block_large_forget_counts(struct block_heap *heap);

/* The same with free ranges; and `most` bytes of one only, at most. */
void block_large_return(struct mm_mutator *m, size_t bytes);
void block_large_return_some(struct mm_mutator *m, size_t most);
void block_large_destroy(struct block_heap *heap);

MM_INLINE struct large *
block_large_entry(const struct block_heap *heap, const void *obj)
{
    return &heap->large.table[(size_t)((const char *)obj - heap->large.base) / PAGES_BYTES];
}

/* block_check.c: asserts the numbered invariants; only between cycles. */
void block_check(struct block_heap *heap);

/* Marks again from the roots, apart from the mark bytes, and asserts that what is found is marked
 * with heap->mark.  For debug builds. */
void block_check_marking(struct block_heap *heap);

/* -- Policy: what the manager decides ---------------------------------------------------- */

/* Called with the lock held before a mutator takes a block or a large range of `bytes`. */
void collector_pace(struct mm_mutator *m, size_t bytes);

/* Called with the lock held when there was no room for `bytes`, for the attempt-th time in a row;
 * does what it can and returns, or ends in mm_exhausted. */
void collector_make_room(struct mm_mutator *m, size_t bytes, unsigned attempt);

/* Called with the lock held when a mutator has come, and when one is about to leave. */
void collector_attach(struct mm_mutator *m);
void collector_detach(struct mm_mutator *m);

/* -- Small things ---------------------------------------------------------------------------- */

MM_INLINE bool
block_heap_is_marking(const struct block_heap *heap)
{
    return heap->mark != heap->live;
}

/* Where an object is among the cells; beyond heap->cells_bytes if it is a large one. */
MM_INLINE size_t
block_heap_offset(const struct block_heap *heap, const void *obj)
{
    return (uintptr_t)obj - (uintptr_t)heap->cells;
}

MM_INLINE char *
block_address(const struct block_heap *heap, size_t block)
{
    return heap->cells + (block << BLOCK_SHIFT);
}

/* The mark byte of an object, wherever it is. */
MM_INLINE uint8_t *
block_mark_byte(const struct block_heap *heap, const void *obj)
{
    size_t offset = block_heap_offset(heap, obj);
    if (MM_LIKELY(offset < heap->cells_bytes))
        return &heap->marks[offset >> GRANULE_SHIFT];
    return &block_large_entry(heap, obj)->mark;
}

/* The kind of an object, wherever it is, and how many bytes it has. */
MM_INLINE const struct kind *
block_heap_kind(const struct block_heap *heap, const void *obj, size_t *bytes)
{
    size_t offset = block_heap_offset(heap, obj);
    if (MM_LIKELY(offset < heap->cells_bytes)) {
        const struct kind *kind = &heap->kinds[heap->blocks[offset >> BLOCK_SHIFT].kind];
        *bytes = kind->bytes;
        return kind;
    }
    const struct large *large = block_large_entry(heap, obj);
    *bytes = large->bytes;
    return &heap->kinds[large->kind];
}

/* Notes that a cell of this block is marked.  Marker and mutators may do so at the same time; one
 * of them counts it. */
MM_INLINE void
block_touch(struct block_heap *heap, size_t block, struct kind *kind)
{
    if (MM_SWAP_RELAXED(&heap->blocks[block].touched, heap->mark) != heap->mark)
        (void)MM_ADD_RELAXED(&kind->blocks_touched, 1);
}

/* Whether a mark byte has this value, remembered or not. */
MM_INLINE bool
block_mark_is(uint8_t byte, uint8_t value)
{
    return (byte & ~MARK_LOGGED) == value;
}

MM_INLINE bool
block_is_dead(const struct block_heap *heap, const struct block *block)
{
    uint8_t touched = MM_LOAD_RELAXED(&block->touched);
    return block->kind >= CELL_CLASSES && block->swept != heap->live && touched != heap->live &&
           touched != heap->mark;
}

#endif
