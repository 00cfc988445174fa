/* model.h -- what a program believes of its objects, kept in plain arrays that no manager sees.
 *
 * Every object under test has a number here, with its kind, its shape, and what each of its
 * references should be.  Its other bytes are a pattern made of its stamp.  The model counts the
 * places of an object, so it knows when one dies; to make that exact the graph has no cycles,
 * but for rings, which have one entrance and die as a whole.  Cycles are kept out by ranks: a
 * reference goes from a higher to a lower one. */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include "common.h"

enum { MODEL_OBJECTS = 1 << 13 };

enum model_kind {
    MODEL_LEAF,    /* a word */
    MODEL_LINK,    /* a reference */
    MODEL_PAIR,    /* two references and a word */
    MODEL_SIX,     /* six references among words */
    MODEL_WIDE,    /* the largest fixed part with references */
    MODEL_PLAIN,   /* a large fixed part without */
    MODEL_ALIGNED, /* to 32, with a reference */
    MODEL_LINE,    /* to 64, without references */
    MODEL_BYTES,   /* nothing but a tail of bytes */
    MODEL_STRING,  /* a reference, a word, and bytes */
    MODEL_FRAME,   /* to 64, and a tail of bytes */
    MODEL_ROW,     /* a word, and references */
    MODEL_BARE,    /* nothing but a tail of references */
    MODEL_TABLE,   /* elements with references */
    MODEL_SAMPLES, /* elements without */
    MODEL_RING,    /* next, previous, a reference that leaves the ring, and a word */
    MODEL_KINDS
};

enum { MODEL_NEXT, MODEL_PREVIOUS, MODEL_OTHER }; /* references of a ring's member */

struct model_object {
    uint64_t stamp; /* its pattern is made of this */
    uint32_t rank;
    uint32_t n;       /* units in its tail */
    uint32_t places;  /* roots and fields that refer to it; of a ring: to its head */
    uint32_t members; /* of a ring, kept at its head */
    uint32_t head;    /* of its ring, or 0 */
    uint32_t refs_n;
    uint32_t *refs; /* numbers; 0: null */
    void *seen_at;  /* during a walk */
    uint32_t seen;  /* the number of the last walk that came by */
    uint8_t kind;
    uint8_t level; /* of the scope that it belongs to; 0: the program's */
};

struct model {
    struct model_object objects[MODEL_OBJECTS]; /* 0 is null */
    uint32_t free[MODEL_OBJECTS];
    uint32_t free_n;
    uint32_t live_n;
    uint32_t walk;
    uint64_t stamp;
    size_t live_bytes, peak_bytes;
};

extern const struct mm_type *const MODEL_TYPES[MODEL_KINDS];

/* A new object of the manager's, checked to be aligned and to have null references, and filled;
 * and its number.  `scope`: NULL for the innermost. */
mm_owned model_new(struct model *model, struct mm_mutator *m, enum model_kind kind, uint32_t n,
                   const struct mm_scope *scope, uint32_t *number);

/* Where the i-th reference of an object is. */
mm_ref *model_place(const struct model *model, uint32_t number, void *obj, uint32_t i);

/* A place less refers to the object: at 0 it is stated dead, and all that only it kept.  To be
 * called before the place is overwritten. */
void model_drop(struct model *model, struct mm_mutator *m, uint32_t number, void *obj);

/* Gives the object another pattern. */
void model_rewrite(struct model *model, uint32_t number, void *obj);

/* mm_resize, with what follows for the model. */
void model_resize(struct model *model, struct mm_mutator *m, uint32_t number, mm_ref *slot,
                  uint32_t n);

/* A walk over all objects that can be reached, each compared with the model. */
void model_walk_begin(struct model *model);
void model_walk_from(struct model *model, uint32_t number, void *obj);
/* All that the model believes alive was seen. */
void model_walk_end(const struct model *model);

void model_init(struct model *model);
void model_release(struct model *model);

#endif
