/* random.h -- random numbers for the order of a race: the same on every machine. */
#ifndef DRIVER_RANDOM_H
#define DRIVER_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

/* Streams of one seed do not follow one another. */
struct random random_seed(uint64_t seed, uint64_t stream);

/* Uniform in [0, bound); bound is not 0. */
uint64_t random_below(struct random *random, uint64_t bound);

/* A seed from the system. */
uint64_t random_fresh(void);

#endif
