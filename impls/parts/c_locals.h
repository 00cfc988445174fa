/* c_locals.h -- locals are C locals: for managers that need not be told of them. */
#ifndef PARTS_C_LOCALS_H
#define PARTS_C_LOCALS_H

#include "parts/plain_roots.h"
#include "parts/zeroed_locals.h"

#define MM_LOCALS(m, ...) ZEROED_LOCALS(__VA_ARGS__)

#endif
