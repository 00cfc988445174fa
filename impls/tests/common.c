/* common.c -- see common.h. */
#define _GNU_SOURCE
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void (*test_when_exhausted)(void);

/* _exit: no destructor of a library may stumble over a heap that is full. */
void
mm_exhausted(size_t bytes, size_t limit)
{
    (void)bytes, (void)limit;
    if (test_when_exhausted)
        test_when_exhausted();
    _exit(TEST_EXHAUSTED);
}

int
test_child(void (*body)(void *user), void *user)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        exit(1);
    }
    if (child == 0) {
        body(user);
        exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child) {
        perror("waitpid");
        exit(1);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : TEST_CRASHED + WTERMSIG(status);
}

int
test_only(const char *name, void (*body)(void *user))
{
    int status = test_child(body, NULL);
    if (status)
        printf("%s %s: status %d\n", name, MM_MANAGER.name, status);
    return status != 0;
}

void *
test_shared(size_t bytes)
{
    void *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return shared;
}

int
test_skip(const char *why)
{
    printf("%s: not tested: %s\n", MM_MANAGER.name, why);
    return TEST_SKIPPED;
}
