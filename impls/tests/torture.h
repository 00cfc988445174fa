/* torture.h -- what the programs of torture.c and their operations share. */
#ifndef TESTS_TORTURE_H
#define TESTS_TORTURE_H

#include "model.h"

enum { GLOBALS = 8, LOCALS = 4, DEPTH_MAX = 6, ROOTS_MAX = GLOBALS + LOCALS * (DEPTH_MAX + 2) };

enum { TORTURE_THREADS = 2 };

struct torture_run {
    const char *name;
    uint32_t threads; /* each with a program of its own; up to TORTURE_THREADS */
    uint64_t seed;
    uint32_t operations;
    uint32_t objects;    /* as many alive at most */
    uint32_t large;      /* bytes of the largest */
    uint32_t walk_every; /* operations */
    struct mm_config config;
    size_t *peak_bytes; /* out: of all programs */
};

struct torture_root {
    mm_ref *slot;
    uint32_t number;
    bool spent; /* may be written, not read */
    uint8_t level;
};

struct torture {
    struct model model;
    struct test_random random;
    const struct torture_run *run;
    struct mm_heap *heap;
    mm_ref *globals; /* GLOBALS of them, this program's alone */
    uint32_t operations_left;
    struct torture_root roots[ROOTS_MAX];
    uint32_t roots_n;
    struct mm_scope scopes[DEPTH_MAX + 1]; /* of a level; 0: the program's */
    uint8_t level;
};

MM_INLINE uint32_t
torture_below(struct torture *t, uint32_t bound)
{
    return test_random_below(&t->random, bound);
}

/* One random operation. */
void torture_operation(struct torture *t, struct mm_mutator *m);

/* Makes what is in a root null, and states what dies of it. */
void torture_empty(struct torture *t, struct mm_mutator *m, struct torture_root *root);

#endif
