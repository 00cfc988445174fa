/* checked -- not a manager but a referee: it asks of a workload all that any manager asks, and
 * stops at the first breach.  Every call is a function; nothing here is inlined. */
enum { MM_FREES = 1, MM_ROOTS = 1, MM_BARRIER = 1, MM_SCOPES = 1, MM_MOVES = 1 };

struct mm_scope {
    uint64_t id;    /* never used twice; 0: the program's */
    uint32_t depth; /* among the open scopes of its thread */
};

mm_owned checked_new(struct mm_mutator *m, const struct mm_type *type, size_t n, const char *call);
mm_owned checked_new_in(struct mm_mutator *m, struct mm_scope scope, const struct mm_type *type,
                        size_t n, const char *call);
void checked_resize(struct mm_mutator *m, mm_ref *slot, const struct mm_type *type, size_t old_n,
                    size_t new_n);
void checked_free(struct mm_mutator *m, const struct mm_type *type, void *obj, size_t n,
                  const char *call);

void *checked_load(const mm_ref *place, const char *call);
void checked_init(struct mm_mutator *m, void *obj, mm_ref *field, void *value);
void checked_init_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value);
void checked_store(struct mm_mutator *m, void *obj, mm_ref *field, void *value);
void checked_store_new(struct mm_mutator *m, void *obj, mm_ref *field, mm_owned value);
void checked_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n);
void checked_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n);
bool checked_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value);

void checked_global(struct mm_mutator *m, mm_ref *slot);
void checked_set(struct mm_mutator *m, mm_ref *slot, void *value);
void checked_take(struct mm_mutator *m, mm_ref *slot, mm_owned value);
mm_owned checked_move(struct mm_mutator *m, mm_ref *slot);

struct mm_scope checked_scope_begin(struct mm_mutator *m);
void checked_scope_end(struct mm_mutator *m, struct mm_scope scope);

void checked_safepoint(struct mm_mutator *m);
void checked_park(struct mm_mutator *m);
void checked_unpark(struct mm_mutator *m);

/* The slots of one MM_LOCALS. */
struct checked_frame {
    struct mm_mutator *m;
    void *slots;
    size_t count;
};
void *checked_enter(struct mm_mutator *m, size_t count);
void checked_leave(const struct checked_frame *frame);

#define MM_LOCALS(m, ...)                                                                  \
    struct locals_ {                                                                       \
        mm_ref __VA_ARGS__;                                                                \
    } *const locals = (struct locals_ *)checked_enter(m, sizeof *locals / sizeof(mm_ref)); \
    const struct checked_frame frame_ MM_CLEANUP(                                          \
        checked_leave) = { m, locals, sizeof *locals / sizeof(mm_ref) }

#include "checked_calls.h"
