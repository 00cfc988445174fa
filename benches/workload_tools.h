/* workload_tools.h -- small things that several workloads need: random numbers, hashes, and
 * meeting the other threads. */
#ifndef WORKLOAD_TOOLS_H
#define WORKLOAD_TOOLS_H

#include "mm.h"
#include "workload.h"

/* splitmix64 (Steele, Lea and Flood 2014): one word of state, any seed, passes BigCrush. */
struct workload_random {
    uint64_t state;
};

MM_INLINE struct workload_random
workload_random_seed(uint64_t seed, uint64_t stream)
{
    return (struct workload_random){ seed * UINT64_C(0x9e3779b97f4a7c15) ^
                                     (stream + 1) * UINT64_C(0xd1342543de82ef95) };
}

MM_INLINE uint64_t
workload_random_next(struct workload_random *random)
{
    uint64_t z = (random->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Uniform in [0, bound), for bounds below 2^32, without a division. */
MM_INLINE uint64_t
workload_random_below(struct workload_random *random, uint64_t bound)
{
    return ((workload_random_next(random) >> 32) * bound) >> 32;
}

/* Mixes a value into a checksum in an order-dependent way. */
MM_INLINE uint64_t
workload_mix(uint64_t sum, uint64_t value)
{
    sum = (sum ^ value) * UINT64_C(0xff51afd7ed558ccd);
    return sum ^ (sum >> 32);
}

/* Waits until every thread of the run has come here.  May collect: others run meanwhile. */
MM_INLINE void
workload_meet(struct mm_mutator *m, const struct workload_run *run)
{
    if (run->threads == 1)
        return;
    mm_park(m);
    run->meet(run->barrier);
    mm_unpark(m);
}

#endif
