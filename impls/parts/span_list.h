/* span_list.h -- spans in a doubly linked list, through fields of their own; spans.h includes it.
 */
#ifndef PARTS_SPAN_LIST_H
#define PARTS_SPAN_LIST_H

struct span_list {
    struct span *first, *last;
};

MM_INLINE void
span_list_push(struct span_list *list, struct span *span)
{
    span->prev = NULL;
    span->next = list->first;
    if (list->first)
        list->first->prev = span;
    else
        list->last = span;
    list->first = span;
}

MM_INLINE void
span_list_push_last(struct span_list *list, struct span *span)
{
    span->next = NULL;
    span->prev = list->last;
    if (list->last)
        list->last->next = span;
    else
        list->first = span;
    list->last = span;
}

MM_INLINE void
span_list_remove(struct span_list *list, struct span *span)
{
    if (span->prev)
        span->prev->next = span->next;
    else
        list->first = span->next;
    if (span->next)
        span->next->prev = span->prev;
    else
        list->last = span->prev;
    span->next = span->prev = NULL;
}

#endif
