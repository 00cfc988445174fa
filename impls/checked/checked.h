/* checked.h -- what the referee's files share: its records of objects, threads and scopes.
 *
 * Everything here is protected by checked_heap.lock. */
#ifndef CHECKED_H
#define CHECKED_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "mm.h"

#include "parts/assert.h"
#include "parts/pages.h"

#include <pthread.h>
#include <signal.h>

/* -- Breaches ----------------------------------------------------------------- */

enum checked_rule {
    CHECKED_UNROOTED,
    CHECKED_MOVED,
    CHECKED_OVERWRITTEN,
    CHECKED_RAW_FIELD,
    CHECKED_RAW_ROOT,
    CHECKED_NO_FIELD,
    CHECKED_NO_PLACE,
    CHECKED_NO_OBJECT,
    CHECKED_IN_FLIGHT,
    CHECKED_NEVER_LANDED,
    CHECKED_LANDED_TWICE,
    CHECKED_INIT_SET,
    CHECKED_INIT_LATE,
    CHECKED_FREED_REACHABLE,
    CHECKED_FREED_TWICE,
    CHECKED_FREED_OTHERWISE,
    CHECKED_FREED_USED,
    CHECKED_FREED_READ,
    CHECKED_LEAKED,
    CHECKED_SCOPE_REACHED,
    CHECKED_SCOPE_USED,
    CHECKED_SCOPE_ORDER,
    CHECKED_SCOPE_CLOSED,
    CHECKED_SCOPE_INNERMOST,
    CHECKED_SCOPE_LEFT_OPEN,
    CHECKED_RESIZED_SCOPE,
    CHECKED_RESIZED_PLACES,
    CHECKED_RESIZED_OTHERWISE,
    CHECKED_RESIZED_USED,
    CHECKED_FRAME_ORDER,
    CHECKED_NO_ROOT,
    CHECKED_SPENT,
    CHECKED_GLOBAL_SET,
    CHECKED_GLOBAL_TWICE,
    CHECKED_GLOBAL_STATIC,
    CHECKED_CYCLE,
    CHECKED_TYPE_ALIGN,
    CHECKED_TYPE_REFS,
    CHECKED_TYPE_TAIL,
    CHECKED_TYPE_ELEMENT,
    CHECKED_TYPE_NO_TAIL,
    CHECKED_PARKED,
    CHECKED_NOT_PARKED,
    CHECKED_FOREIGN,
    CHECKED_DETACHED_LOCALS,
    CHECKED_ATTACHED,
    CHECKED_NOT_COMING,
    CHECKED_OVERRUN,
    CHECKED_UNDEFINED,
    CHECKED_RULES
};

/* What can be said of an object after its memory is gone. */
struct checked_name {
    const struct mm_type *type; /* NULL: unknown */
    uint64_t birth;
};

/* Prints the breach and ends the process with status 4.  `since`: the call that made the use a
 * breach, if another than the present one; may be NULL. */
MM_NORETURN MM_SLOW void checked_breach(enum checked_rule rule, struct checked_name name,
                                        const char *since);

/* From now on a fault of this thread in the referee's memory is named. */
void checked_watch_faults(struct mm_mutator *m);
void checked_unwatch_faults(struct mm_mutator *m);

/* -- Types -------------------------------------------------------------------- */

/* A type with its references counted out: those of the fixed part, and of each unit. */
struct checked_type {
    const struct mm_type *type;
    size_t unit_bytes;
    uint32_t fixed_refs, unit_refs;
    uint16_t fixed_at[MM_REF_WORDS_MAX], unit_at[MM_REF_WORDS_MAX]; /* offsets in bytes */
};

/* Stops if the description is wrong. */
const struct checked_type *checked_type_of(const struct mm_type *type);

/* -- Objects ------------------------------------------------------------------ */

/* A scope, and the objects made in it that have not died. */
struct checked_scope {
    uint64_t id;
    struct checked_member *first;
};

/* What is known of an object in either mode. */
struct checked_member {
    const struct mm_type *type;
    size_t length;
    uint64_t birth; /* counted from 1 */
    struct checked_scope *scope;
    struct checked_member *previous, *next;
};

enum checked_end {
    CHECKED_ALIVE,
    CHECKED_END_OVERWRITTEN, /* its last place was, or that of an object it hung from */
    CHECKED_END_LOST,        /* no root led to it */
    CHECKED_END_SCOPE,
    CHECKED_END_RESIZED
};

struct checked_object {
    struct checked_member member;
    const struct checked_type *layout;
    char *payload;
    size_t index;         /* in the table */
    uint64_t places;      /* that refer to it, as last written through the calls */
    uint32_t flights;     /* mm_owned that refer to it */
    uint32_t maker;       /* ordinal of the mutator that made it */
    uint64_t birth_call;  /* that mutator's calls that may collect, at birth */
    const char *end_call; /* by which it died, or was freed */
    uint8_t end;          /* enum checked_end */
    bool freed;
    bool reached, on_path; /* of the trace */
    uint64_t order, low;   /* of the trace */
    uint64_t inner;        /* places in objects of the same scope; of checked_scope_end */
    struct checked_object *link;
    struct checked_object *fields[]; /* as last written through the calls */
};

MM_INLINE struct checked_name
checked_name_of(const struct checked_object *object)
{
    if (!object)
        return (struct checked_name){ 0 };
    return (struct checked_name){ object->member.type, object->member.birth };
}

MM_INLINE size_t
checked_field_count(const struct checked_object *object)
{
    return object->layout->fixed_refs + object->member.length * object->layout->unit_refs;
}

/* The place of the i-th reference. */
mm_ref *checked_field(const struct checked_object *object, size_t i);

/* Which reference `place` is; SIZE_MAX: none. */
size_t checked_field_index(const struct checked_object *object, const void *place);

struct checked_object *checked_object_create(struct mm_mutator *m, const struct mm_type *type,
                                             size_t n, struct checked_scope *scope);

/* The usable object that a view refers to; stops if there is none. */
struct checked_object *checked_object_of(const void *view);
struct checked_object *checked_object_or_null(const void *view);

/* Stops with what makes this object unusable, if anything does. */
void checked_object_usable(const struct checked_object *object);

/* One place less, or one flight less, refers to it: it may die, and others with it. */
void checked_object_release(struct checked_object *object);

/* Ends an object; what only it kept dies too. */
void checked_object_end(struct checked_object *object, enum checked_end end);

/* Nobody may read it from now on. */
void checked_object_poison(struct checked_object *object);

/* Takes a dead object off the books, and forgets it. */
void checked_object_bury(struct checked_object *object);

/* Books of both modes. */
void checked_member_join(struct checked_member *member, struct checked_scope *scope);
void checked_member_leave(struct checked_member *member);
void checked_member_dead(const struct checked_member *member); /* stated dead */
void checked_member_leaked(const struct checked_member *member);

/* -- Memory ------------------------------------------------------------------- */

void checked_space_init(const struct mm_config *config);
void checked_space_release(void);

/* Room for an object of this many bytes, which header and map lead to `object`. */
char *checked_space_place(struct checked_object *object, size_t bytes, size_t align);

/* The object at, or around, an address of the present generation; NULL: none. */
struct checked_object *checked_space_find(const void *address);

/* Whether the address is, or was, in the space. */
bool checked_space_spans(const void *address);

/* Ends with what is remembered of an address in a past generation. */
MM_NORETURN void checked_space_stale(const void *address);

/* Stops if the object's header was written over. */
void checked_space_intact(const struct checked_object *object);

/* Asserts the invariants of the space. */
void checked_space_verify(void);

/* Remembers who is where, and opens the next generation for `bytes` of survivors. */
void checked_space_turn(size_t bytes, const char *call);

/* Makes the generation before the present one inaccessible. */
void checked_space_drop(void);

/* Whether more garbage lies about than is affordable. */
bool checked_space_is_full(void);

/* -- Places ------------------------------------------------------------------- */

/* What a spent slot holds in the books, and in itself. */
extern struct checked_object checked_spent;

/* A place, and what was last written to it. */
struct checked_place {
    mm_ref *place;
    struct checked_object *owner; /* NULL: a root */
    struct checked_object **twin;
};

struct checked_place checked_place_of(const mm_ref *place);
struct checked_place checked_field_of(struct checked_object *owner, const mm_ref *field);
struct checked_place checked_root_of(struct mm_mutator *m, const mm_ref *slot);
void checked_place_verify(struct checked_place at);
struct checked_object *checked_place_read(struct checked_place at);
void checked_place_write(struct checked_place at, struct checked_object *value);

/* Calls visit for each root of all threads and of the program. */
void checked_roots_each(void (*visit)(struct checked_place at));
void checked_roots_release(void);

/* -- Threads ------------------------------------------------------------------ */

struct mm_mutator {
    uint32_t ordinal;
    bool parked;
    uint64_t calls; /* that may collect, so far */
    struct checked_object **flights;
    size_t flying, flights_room;
    mm_ref *bottom, *top; /* its roots */
    struct checked_object **twins;
    struct checked_scope **scopes; /* open; 0 is the program's */
    size_t depth, scopes_room;
    void *signal_stack;
    stack_t outer_stack;
    struct mm_mutator *next;
};

enum { CHECKED_ROOTS_MAX = 1 << 20 };

extern _Thread_local struct mm_mutator *checked_self;

/* A call that may not collect; the lock is held until checked_call_end. */
void checked_call_begin(struct mm_mutator *m, const char *call);
void checked_call_end(void);

/* A call that may collect; and its check, if one is due. */
void checked_collecting_begin(struct mm_mutator *m, const char *call);
void checked_collecting_check(struct mm_mutator *m, bool now);

/* Waits until every other thread is in a call that may collect, or parked. */
void checked_world_stop(struct mm_mutator *m);
void checked_world_start(void);

void checked_flight_begin(struct mm_mutator *m, struct checked_object *object);
struct checked_object *checked_flight_end(struct mm_mutator *m, mm_owned owned);

/* The open scope, not the innermost, in which mm_new_in is to make an object. */
struct checked_scope *checked_scope_for_new(const struct mm_mutator *m, struct mm_scope scope);

/* -- The heap ----------------------------------------------------------------- */

struct mm_heap {
    pthread_mutex_t lock;
    pthread_cond_t turn;
    unsigned every;
    uint64_t calls; /* that may collect */
    uint64_t checks;
    const char *call; /* the present one */
    struct mm_mutator *mutators, *stopper;
    unsigned attached, running;
    uint32_t ordinals;
    struct checked_scope program;
    uint64_t scopes;
    uint64_t new_objects, new_bytes, payload_bytes, peak_payload_bytes;
    struct checked_name leaked; /* the first; type NULL: none */
    struct checked_object **table;
    size_t count, room;
    struct pages pages;
};
extern struct mm_heap checked_heap;

/* Whether it checks, or only counts; fixed while there is a heap. */
extern bool checked_on;

/* A check of everything, with the world at a stand: traces, buries and moves. */
void checked_trace(void);

/* Traces only: afterwards `reached` says what the roots lead to. */
void checked_trace_mark(void);

void checked_trace_release(void);

/* A growing array; ends in mm_exhausted. */
void *checked_grow(void *array, size_t *room, size_t needed, size_t unit);

/* -- Counting only ------------------------------------------------------------ */

mm_owned checked_count_new(const struct mm_type *type, size_t n, struct checked_scope *scope);
void checked_count_resize(mm_ref *slot, const struct mm_type *type, size_t old_n, size_t new_n,
                          struct checked_scope *scope);
void checked_count_free(const struct mm_type *type, void *obj, size_t n);
void checked_count_scope_end(struct checked_scope *scope);
bool checked_count_owns(const void *obj);

#endif
