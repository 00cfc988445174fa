/* random.c -- random numbers for the order of a race: splitmix64 (Steele, Lea and Flood 2014). */
#include "random.h"

#include <sys/random.h>
#include <time.h>

static uint64_t
random_next(struct random *random)
{
    uint64_t z = (random->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct random
random_seed(uint64_t seed, uint64_t stream)
{
    struct random random = { seed };
    uint64_t mixed = random_next(&random);
    random.state = mixed ^ (stream + 1) * UINT64_C(0xd1342543de82ef95);
    return random;
}

uint64_t
random_below(struct random *random, uint64_t bound)
{
    uint64_t unfair = (UINT64_MAX - bound + 1) % bound; /* 2^64 modulo bound */
    uint64_t number;
    do
        number = random_next(random);
    while (number < unfair);
    return number % bound;
}

uint64_t
random_fresh(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)time(NULL);
    return seed >> 16; /* short enough to type, and exact in JSON */
}
