/* chain.h -- the simplest structure that keeps many objects: a list whose nodes each own a run of
 * bytes, with contents that can be verified. */
#ifndef TESTS_CHAIN_H
#define TESTS_CHAIN_H

#include "common.h"

/* Puts a node with that many bytes before the first of the list in the root `slot`. */
void chain_push(struct mm_mutator *m, mm_ref *slot, uint32_t bytes);

/* How many nodes there are; each must hold what it was given.  Calls nothing that may collect. */
uint32_t chain_verify(const mm_ref *slot);

/* Takes the first node off, and frees it. */
void chain_pop(struct mm_mutator *m, mm_ref *slot);

/* Frees the whole list, and makes the root null. */
void chain_drop(struct mm_mutator *m, mm_ref *slot);

/* Payload of one node and its bytes. */
size_t chain_bytes(uint32_t bytes);

#endif
