/* fast_path.c -- counts the instructions of an allocation when there is room.
 *
 * fast_path_new only calls mm_new, for an object of 24 bytes with two references.  A child calls it
 * many times, its parent has the processor stop after each instruction of the child, and writes
 * down where it was: what is counted is what was executed from the first instruction of
 * fast_path_new to the one before its return, calls included, whatever the compiler put where.
 * Alignment that is jumped over and slow paths that are not taken cost nothing, as in a program.
 *
 * The fast path is the way that most calls took.  It is printed as offsets into fast_path_new, and
 * fast_path.sh shows it in the disassembly and holds it against a bar. */
#define _GNU_SOURCE
#include "common.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77, WARM_UP = 1000, CALLS = 200, STEPS_MAX = 1 << 20, STEPS_KEPT = 256 };

struct pair {
    mm_ref left, right;
    uint64_t value;
};
MM_TYPE(PAIR, struct pair, .ref_words = MM_WORD(struct pair, left) | MM_WORD(struct pair, right));
_Static_assert(sizeof(struct pair) == 24, "the bars are for 24 bytes");

/* The way that a call took: longer ones are cut off, and are not the fast path of anybody. */
struct path {
    size_t steps;
    uint64_t at[STEPS_KEPT];
};

static struct path paths[CALLS];

mm_owned fast_path_new(struct mm_mutator *m);

mm_owned
fast_path_new(struct mm_mutator *m)
{
    return mm_new(m, &PAIR);
}

/* Objects are dropped at once.  The compiler does not see what is called. */
static void
fast_path_calls(struct mm_mutator *m, unsigned calls)
{
    mm_owned (*call)(struct mm_mutator * m) = fast_path_new;
    MM_OPAQUE(call);
    for (unsigned i = 0; i < calls; i++) {
        mm_owned owned = call(m);
        MM_OPAQUE(owned.ptr_);
    }
}

static void
fast_path_child(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(SKIPPED);
    struct mm_config config = { .cores = 1 };
    struct mm_heap *heap = mm_heap_create(&config);
    struct mm_mutator *m = mm_attach(heap);
    fast_path_calls(m, WARM_UP);
    raise(SIGTRAP);
    fast_path_calls(m, CALLS);
    _exit(0);
}

/* -- The parent ----------------------------------------------------------------- */

static struct user_regs_struct
fast_path_registers(pid_t child)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, child, NULL, &registers) != 0) {
        perror("fast_path: ptrace");
        exit(1);
    }
    return registers;
}

/* One instruction of the child.  False: it has ended. */
static bool
fast_path_step(pid_t child)
{
    int status;
    if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0 || waitpid(child, &status, 0) != child) {
        perror("fast_path: ptrace");
        exit(1);
    }
    return WIFSTOPPED(status);
}

/* Follows a call of fast_path_new, at whose first instruction the child is. */
static void
fast_path_follow(pid_t child, struct path *path)
{
    struct user_regs_struct now = fast_path_registers(child);
    uint64_t stack = now.rsp;
    while (now.rsp <= stack) { /* the return takes its address from the stack */
        if (path->steps < STEPS_KEPT)
            path->at[path->steps] = now.rip;
        path->steps++;
        bool stands = fast_path_step(child);
        mm_assert(stands);
        now = fast_path_registers(child);
    }
    path->steps--; /* the return itself */
}

/* Fills the paths; how many calls there were. */
static unsigned
fast_path_watch(pid_t child)
{
    unsigned calls = 0;
    for (unsigned i = 0; calls < CALLS && i < STEPS_MAX; i++) {
        if (fast_path_registers(child).rip == (uintptr_t)fast_path_new)
            fast_path_follow(child, &paths[calls++]);
        else if (!fast_path_step(child))
            break;
    }
    return calls;
}

static bool
fast_path_is_same(const struct path *a, const struct path *b)
{
    return a->steps == b->steps && a->steps <= STEPS_KEPT &&
           memcmp(a->at, b->at, a->steps * sizeof a->at[0]) == 0;
}

static const struct path *
fast_path_common(unsigned calls, unsigned *takers)
{
    const struct path *common = NULL;
    *takers = 0;
    for (unsigned i = 0; i < calls; i++) {
        unsigned n = 0;
        for (unsigned j = 0; j < calls; j++)
            n += fast_path_is_same(&paths[i], &paths[j]);
        if (n > *takers) {
            *takers = n;
            common = &paths[i];
        }
    }
    return common;
}

int
main(void)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        fast_path_child();
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
        puts("skipped: this system lets no process watch another one's steps (ptrace)");
        return SKIPPED;
    }
    unsigned takers, calls = fast_path_watch(child);
    const struct path *common = fast_path_common(calls, &takers);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    if (calls < CALLS || 2 * takers < calls) {
        printf("fast_path %s: %u calls, %u took one way: no fast path\n", MM_MANAGER.name, calls,
               takers);
        return 1;
    }
    printf("%u of %u calls\n", takers, calls);
    for (size_t i = 0; i < common->steps; i++)
        printf("%lld\n", (long long)(common->at[i] - (uintptr_t)fast_path_new));
    return 0;
}
