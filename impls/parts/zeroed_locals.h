/* zeroed_locals.h -- declares a frame's references as C locals, all of them null. */
#ifndef PARTS_ZEROED_LOCALS_H
#define PARTS_ZEROED_LOCALS_H

/* `locals` is not what memset returns: the compiler must see that it is the address of locals_. */
#define ZEROED_LOCALS(...)                   \
    struct locals_ {                         \
        mm_ref __VA_ARGS__;                  \
    } locals_;                               \
    struct locals_ *const locals = &locals_; \
    memset(locals, 0, sizeof *locals)

#endif
