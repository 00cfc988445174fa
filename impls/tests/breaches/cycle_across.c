/* cycle_across.c -- a ring counts even where the trace meets it by an edge to a part that it
 * has left. */
#include "breach.h"

MM_TYPE(TREE, struct node, .acyclic = true,
        .ref_words = MM_WORD(struct node, left) | MM_WORD(struct node, right));

void
breach_run(struct mm_mutator *m)
{
    MM_LOCALS(m, top, node, tree);
    mm_take(m, &locals->tree, mm_new(m, &TREE));
    breach_take(m, &locals->node, 1);
    mm_take(m, &locals->top, mm_new(m, &NODE));
    struct node *tree = mm_get(locals->tree);
    struct node *node = mm_get(locals->node);
    struct node *top = mm_get(locals->top);
    mm_store(m, top, &top->left, node);
    mm_store(m, top, &top->right, tree);
    mm_store(m, node, &node->left, top);
    mm_store(m, tree, &tree->left, node);
    mm_safepoint(m);
}
