/* cycle.c -- no chain of references comes back to an object whose type promised so. */
#include "breach.h"

MM_TYPE(TREE, struct node, .acyclic = true,
        .ref_words = MM_WORD(struct node, left) | MM_WORD(struct node, right));

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, tree, node);
    mm_take(m, &locals->tree, mm_new(m, &TREE));
    breach_take(m, &locals->node, 1);
    struct node *tree = mm_get(locals->tree);
    struct node *node = mm_get(locals->node);
    mm_store(m, tree, &tree->left, node);
    mm_store(m, node, &node->right, tree);
    mm_safepoint(m);
}
