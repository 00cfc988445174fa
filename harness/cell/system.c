/* system.c -- see system.h. */
#include "system.h"

#include "mm_heap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static uint64_t
system_time(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t
system_clock(void)
{
    return system_time(CLOCK_MONOTONIC);
}

uint64_t
system_cpu_clock(void)
{
    return system_time(CLOCK_PROCESS_CPUTIME_ID);
}

bool
system_reset_peak(void)
{
    static const char reset_peak[] = "5"; /* see proc(5) */
    int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool done = write(file, reset_peak, strlen(reset_peak)) == (ssize_t)strlen(reset_peak);
    close(file);
    return done;
}

/* The number in a line of /proc/self/status; MM_UNKNOWN if there is none. */
static uint64_t
system_status(const char *line)
{
    char text[8192];
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return MM_UNKNOWN;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length < 0)
        return MM_UNKNOWN;
    text[length] = '\0';
    const char *at = strstr(text, line);
    if (!at)
        return MM_UNKNOWN;
    return strtoull(at + strlen(line), NULL, 10);
}

uint64_t
system_status_bytes(const char *line)
{
    uint64_t kib = system_status(line);
    return kib == MM_UNKNOWN ? MM_UNKNOWN : kib * 1024;
}

unsigned
system_threads(void)
{
    uint64_t threads = system_status("Threads:");
    return threads == MM_UNKNOWN ? 0 : (unsigned)threads;
}

long
system_thread_switches(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

bool
system_forbid_huge_pages(void)
{
    return prctl(PR_SET_THP_DISABLE, 1UL, 0UL, 0UL, 0UL) == 0;
}

void *
system_map(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
                    -1, 0);
    return at == MAP_FAILED ? NULL : at;
}
