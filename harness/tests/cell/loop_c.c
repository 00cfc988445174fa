/* loop_c.c -- an empty loop in C through the shim, with as many iterations as the first argument
 * says: what loop_cost compares. */
#include "gbench.h"

#include <stdlib.h>

static uint64_t iterations;

static void
loop_run(struct gbench_state *state, void *user)
{
    (void)user;
    gbench_loop_begin(state, iterations);
    for (uint64_t left = iterations; left > 0; left--)
        __asm__ volatile("");
    gbench_loop_end(state, iterations);
}

int
main(int argc, char **argv)
{
    iterations = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    struct gbench benchmark = { .name = "empty", .iterations = iterations, .run = loop_run };
    char *no_flags[] = { argv[0], NULL };
    return gbench_init(1, no_flags) && gbench_run(&benchmark) ? 0 : 1;
}
