/* wrong.c -- proves that the checked library names a wrong free and ends the process: each mistake
 * is made in a child, and its one line is read. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The compiler must not see what is wrong. */
static void
wrong_free(void *obj, size_t offset)
{
    void (*volatile release)(void *) = free;
    volatile uintptr_t at = (uintptr_t)obj + offset;
    release((void *)at);
}

static void
wrong_twice(void)
{
    void *obj = malloc(48), *other = malloc(48);
    wrong_free(obj, 0);
    wrong_free(other, 0);
    wrong_free(obj, 0);
}

static void *
wrong_elsewhere(void *obj)
{
    wrong_free(obj, 0);
    return NULL;
}

static void
wrong_twice_by_two(void)
{
    void *obj = malloc(100);
    pthread_t thread;
    if (pthread_create(&thread, NULL, wrong_elsewhere, obj) == 0)
        pthread_join(thread, NULL);
    wrong_free(obj, 0);
}

static void
wrong_twice_large(void)
{
    void *obj = malloc(1000000);
    wrong_free(obj, 0);
    wrong_free(obj, 0);
}

static void
wrong_moved(void)
{
    char *obj = malloc(40);
    volatile uintptr_t old = (uintptr_t)obj;
    obj = realloc(obj, 4000);
    if ((uintptr_t)obj != old)
        wrong_free((void *)old, 0);
}

static void
wrong_inside(void)
{
    wrong_free(malloc(100), 16);
}

static void
wrong_inside_odd(void)
{
    wrong_free(malloc(100), 3);
}

static void
wrong_inside_large(void)
{
    wrong_free(malloc(1000000), 500000);
}

static void
wrong_inside_aligned(void)
{
    wrong_free(memalign((size_t)1 << 20, 1000000), 4096);
}

static void
wrong_stack(void)
{
    char place[64] = { 0 };
    wrong_free(place, 16);
}

static void
wrong_static(void)
{
    static char place[64];
    wrong_free(malloc(1), 0);
    wrong_free(place, 0);
}

static void
wrong_mapped(void)
{
    wrong_free(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 0);
}

static void
wrong_realloc(void)
{
    void *obj = malloc(48);
    void *(*volatile resize)(void *, size_t) = realloc;
    volatile uintptr_t at = (uintptr_t)obj;
    wrong_free(obj, 0);
    if (!resize((void *)at, 100))
        abort();
}

static const struct wrong_case {
    const char *name, *says;
    void (*mistake)(void);
} wrong_cases[] = {
    { "a small object twice", "double free: this cell of 48 bytes", wrong_twice },
    { "by another thread before", "double free: this cell of 112 bytes", wrong_twice_by_two },
    { "a large object twice", "double free", wrong_twice_large },
    { "what realloc moved", "double free: this cell of 48 bytes", wrong_moved },
    { "16 bytes inside", "interior pointer: 16 bytes into a cell of 112", wrong_inside },
    { "3 bytes inside", "interior pointer: 3 bytes into a cell of 112", wrong_inside_odd },
    { "inside a large object", "interior pointer: 500000 bytes into", wrong_inside_large },
    { "inside an aligned object", "interior pointer: 4096 bytes into", wrong_inside_aligned },
    { "of the stack", "foreign pointer", wrong_stack },
    { "of the program", "foreign pointer", wrong_static },
    { "of mmap", "foreign pointer", wrong_mapped },
    { "realloc of a dead object", "realloc(", wrong_realloc },
};

/* What the child said on standard error; its status. */
static int
wrong_run(const struct wrong_case *wrong, char *line, size_t line_bytes)
{
    int ends[2], status;
    fflush(NULL);
    if (pipe(ends) != 0)
        exit(2);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit no_core = { 0, 0 };
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(ends[1], STDERR_FILENO);
        wrong->mistake();
        _exit(0);
    }
    close(ends[1]);
    size_t have = 0;
    for (ssize_t n = 1; n > 0 && have + 1 < line_bytes; have += n > 0 ? (size_t)n : 0)
        n = read(ends[0], line + have, line_bytes - 1 - have);
    line[have] = '\0';
    close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child)
        exit(2);
    return status;
}

int
main(void)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof wrong_cases / sizeof *wrong_cases; i++) {
        const struct wrong_case *wrong = &wrong_cases[i];
        char line[1024];
        int status = wrong_run(wrong, line, sizeof line);
        const char *end = strchr(line, '\n');
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && end && !end[1] &&
            strstr(line, "libheapstakes-pooled: ") == line && strstr(line, wrong->says))
            continue;
        fprintf(stderr, "wrong: %s: status %d, and it said '%s', not '%s'\n", wrong->name, status,
                line, wrong->says);
        failed = 1;
    }
    if (!failed)
        puts("wrong: each mistake was named");
    return failed;
}
