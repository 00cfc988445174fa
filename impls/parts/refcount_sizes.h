/* refcount_sizes.h -- how much refcount's searches for dead cycles wait for and do at once; tests
 * take another file of this name, with tiny sizes. */
#ifndef REFCOUNT_SIZES_H
#define REFCOUNT_SIZES_H

enum {
    REFCOUNT_TRIGGER_MIN = 4096,    /* suspects */
    REFCOUNT_STEPS_OF_US = 8,       /* of a search, in a portion for each us that it may take */
    REFCOUNT_ALWAYS_REFILLS = 0,    /* whether each allocation takes the slow half */
    REFCOUNT_SPILL = 4096,          /* places of one object that go to the list of spills */
    REFCOUNT_LOG = 8192,            /* entries of a mutator's log that bring a stop */
    REFCOUNT_HALVES = 64,           /* slow halves of allocation that do */
    REFCOUNT_HALVES_OF_SEARCH = 4,  /* the same while a search goes on */
    REFCOUNT_STEPS_OF_SUSPECT = 20, /* of a search, with several mutators */
};
#define REFCOUNT_LOG_RESERVE ((size_t)1 << 30)
#define REFCOUNT_GROWTH_MIN ((size_t)4 << 20)

#endif
