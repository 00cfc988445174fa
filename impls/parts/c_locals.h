/* c_locals.h -- locals are C locals: for managers that need not be told of them. */
#ifndef PARTS_C_LOCALS_H
#define PARTS_C_LOCALS_H

#include "parts/plain_roots.h"

#define MM_LOCALS(m, ...)                    \
    struct locals_ {                         \
        mm_ref __VA_ARGS__;                  \
    } locals_;                               \
    struct locals_ *const locals = &locals_; \
    memset(locals, 0, sizeof *locals)

#endif
