/* root_stack.h -- precise roots: a contiguous stack of slots in the mutator, so that a snapshot
 * of them is one copy.
 *
 * The manager's struct mm_mutator has a field `struct root_stack roots`.  Entering an MM_LOCALS
 * moves the top up and nulls the slots; the compiler moves it back at every way out.  There is
 * no check for overflow: behind the slots stands a guard, and the C stack ends first. */
#ifndef PARTS_ROOT_STACK_H
#define PARTS_ROOT_STACK_H

enum { MM_ROOTS = 1 };

struct root_stack {
    mm_ref *top, *bottom;
};

MM_INLINE void *
root_stack_enter(struct root_stack *roots, size_t bytes)
{
    void *slots = roots->top;
    roots->top = (mm_ref *)(void *)((char *)slots + bytes);
    return memset(slots, 0, bytes);
}

struct root_stack_frame {
    struct root_stack *roots;
    void *slots;
};

MM_INLINE void
root_stack_leave(const struct root_stack_frame *frame)
{
    frame->roots->top = (mm_ref *)frame->slots;
}

#define MM_LOCALS(m, ...)                                                              \
    struct locals_ {                                                                   \
        mm_ref __VA_ARGS__;                                                            \
    } *const locals = (struct locals_ *)root_stack_enter(&(m)->roots, sizeof *locals); \
    const struct root_stack_frame frame_ MM_CLEANUP(root_stack_leave) = { &(m)->roots, locals }

#endif
