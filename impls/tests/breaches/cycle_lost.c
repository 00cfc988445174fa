/* cycle_lost.c -- a ring is a leak under counting if a type promised that there is none, though
 * nobody sees it any more. */
#include "breach.h"

MM_TYPE(TREE, struct node, .acyclic = true,
        .ref_words = MM_WORD(struct node, left) | MM_WORD(struct node, right));

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, tree);
    mm_take(m, &locals->tree, mm_new(m, &TREE));
    struct node *tree = mm_get(locals->tree);
    mm_store(m, tree, &tree->left, tree);
    mm_free(m, &TREE, tree);
    mm_set(m, &locals->tree, NULL);
    mm_safepoint(m);
}
