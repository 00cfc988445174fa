/* refcount_sizes.h -- searches as often and portions as small as can be; see the file of this name
 * in impls/parts. */
#ifndef REFCOUNT_SIZES_H
#define REFCOUNT_SIZES_H

enum {
    REFCOUNT_TRIGGER_MIN = 4,
    REFCOUNT_STEPS_OF_US = 1,
    REFCOUNT_ALWAYS_REFILLS = 1,
    REFCOUNT_SPILL = 2,
    REFCOUNT_LOG = 2,
    REFCOUNT_HALVES = 2,
    REFCOUNT_HALVES_OF_SEARCH = 1,
    REFCOUNT_STEPS_OF_SUSPECT = 20, /* of a search, with several mutators */
};
#define REFCOUNT_LOG_RESERVE ((size_t)1 << 30)
#define REFCOUNT_GROWTH_MIN ((size_t)4 << 20)

#endif
