/* refcount_sizes.h -- how much refcount's searches for dead cycles wait for and do at once; tests
 * take another file of this name, with tiny sizes. */
#ifndef REFCOUNT_SIZES_H
#define REFCOUNT_SIZES_H

enum {
    REFCOUNT_TRIGGER_MIN = 4096, /* suspects */
    REFCOUNT_STEPS_OF_US = 8,    /* of a search, in a portion for each us that it may take */
    REFCOUNT_ALWAYS_REFILLS = 0, /* whether each allocation takes the slow half */
    REFCOUNT_SPILL = 4096,       /* places of one object that go to the list of spills */
};
#define REFCOUNT_GROWTH_MIN ((size_t)4 << 20)

#endif
