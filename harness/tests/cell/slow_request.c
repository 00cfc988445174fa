/* slow_request.c -- a workload that serves at once but for one request, which takes 50 ms: an open
 * loop must show it in all requests that it delayed. */
#define _POSIX_C_SOURCE 200809L
#include "workload_tools.h"

#include <time.h>

enum { REQUESTS = 200, SLOW_REQUEST = 120, SLOW_NS = 50000000 };

MM_TYPE(REQUEST_TYPE, uint64_t);

static void
slow_request_plan(const struct workload_run *run, struct workload_plan *plan)
{
    (void)run;
    *plan = (struct workload_plan){ .operations = 1,
                                    .requests = REQUESTS,
                                    .peak_live_bytes = sizeof(uint64_t) };
}

static uint64_t
slow_request_serve(struct mm_mutator *m, const struct workload_run *run, uint64_t request)
{
    MM_LOCALS(m, made);
    mm_take(m, &locals->made, mm_new(m, &REQUEST_TYPE));
    uint64_t *value = mm_get(locals->made);
    *value = workload_mix(workload_mix(1, run->seed), request);
    uint64_t sum = *value;
    if (MM_FREES)
        mm_free(m, &REQUEST_TYPE, value);
    if (request == SLOW_REQUEST)
        nanosleep(&(struct timespec){ .tv_nsec = SLOW_NS }, NULL);
    return sum;
}

const struct workload WORKLOAD = {
    .name = "slow_request",
    .summary = "one small object a request",
    .operation = "a request",
    .threads_default = 1,
    .threads_max = 1,
    .plan = slow_request_plan,
    .serve = slow_request_serve,
};
