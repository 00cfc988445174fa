/* process.c -- runs one program to its end or its time limit, and keeps what it printed.
 *
 * What it prints goes to files in memory, so that nobody has to read while it is measured: the
 * command sleeps until a signal says that the child ended or the user wants to stop.  Every
 * program is a process group of its own; whatever of it is left is killed with it. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"
#include "progress.h"

/* More than this no cell prints; one that does is ended by SIGXFSZ. */
enum { PROCESS_OUTPUT_MAX = 64 << 20, PROCESS_ERRORS_MAX = 1 << 16, PROCESS_LINE_MAX = 300 };

static bool process_interrupted;
static bool process_has_signals;
static sigset_t process_mask_before;

static sigset_t
process_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

void
process_take_signals(void)
{
    if (process_has_signals)
        return;
    sigset_t set = process_signals();
    signal(SIGCHLD, SIG_DFL); /* it may have been inherited as ignored */
    signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is an error of its write */
    sigprocmask(SIG_BLOCK, &set, &process_mask_before);
    process_has_signals = true;
}

/* Takes note of a request to stop that came while nothing ran. */
static void
process_poll_signals(void)
{
    sigset_t set = process_signals();
    const struct timespec none = { 0, 0 };
    int number;
    while ((number = sigtimedwait(&set, NULL, &none)) > 0) {
        if (number != SIGCHLD)
            process_interrupted = true;
    }
}

bool
process_is_interrupted(void)
{
    if (process_has_signals)
        process_poll_signals();
    return process_interrupted;
}

/* In the child: becomes the program, or ends with status 127. */
static _Noreturn void
process_become(const char *const *arguments, int output, int errors)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const struct rlimit most = { PROCESS_OUTPUT_MAX, PROCESS_OUTPUT_MAX };
    setrlimit(RLIMIT_FSIZE, &most);
    const struct rlimit no_core = { 0, 0 };
    setrlimit(RLIMIT_CORE, &no_core);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(errors, STDERR_FILENO) < 0)
        _exit(127);
    signal(SIGXFSZ, SIG_DFL);
    sigprocmask(SIG_SETMASK, &process_mask_before, NULL);
    /* execv takes the list as char *const * for the sake of old programs; it writes nothing. */
    union {
        const char *const *read;
        char *const *passed;
    } list = { .read = arguments };
    execv(arguments[0], list.passed);
    dprintf(STDERR_FILENO, "cannot be started: %s\n", strerror(errno));
    _exit(127);
}

/* Takes the status of a child that has ended, once nothing of its group is left: until then its
 * number cannot belong to somebody else. */
static int
process_reap(pid_t child)
{
    int status = 0;
    kill(-child, SIGKILL);
    waitpid(child, &status, 0);
    return status;
}

/* Waits for the child's end, a request to stop, or the time limit; kills the group for the
 * latter two.  Returns the status of waitpid. */
static int
process_wait(pid_t child, double limit_s, struct process_result *result)
{
    double begin_s = progress_clock();
    sigset_t set = process_signals();
    bool is_killed = false;
    for (;;) {
        siginfo_t info = { .si_pid = 0 };
        if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid)
            return process_reap(child);
        double left_s = is_killed ? 3600 : limit_s - (progress_clock() - begin_s);
        int number = -1;
        if (left_s > 0) {
            struct timespec left = { (time_t)left_s,
                                     (long)((left_s - (double)(time_t)left_s) * 1e9) };
            number = sigtimedwait(&set, NULL, &left);
        }
        if (number < 0 && left_s > 0 && errno == EINTR)
            continue;
        if (number == SIGCHLD || is_killed)
            continue;
        result->timed_out = number < 0;
        result->interrupted = number >= 0;
        process_interrupted |= number >= 0;
        kill(-child, SIGKILL);
        is_killed = true;
    }
}

/* The last n bytes at most of a file in memory, as text. */
static char *
process_read(int file, size_t most)
{
    off_t end = lseek(file, 0, SEEK_END);
    size_t n = end > 0 ? (size_t)end : 0;
    size_t skipped = n > most ? n - most : 0;
    char *text = memory_get(n - skipped + 1);
    size_t done = 0;
    while (done < n - skipped) {
        ssize_t got = pread(file, text + done, n - skipped - done, (off_t)(skipped + done));
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return text;
}

/* The last line that says something, without control characters. */
static char *
process_last_line(char *text)
{
    size_t end = strlen(text);
    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' ' || text[end - 1] == '\r'))
        end--;
    size_t begin = end;
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    size_t n = end - begin > PROCESS_LINE_MAX ? PROCESS_LINE_MAX : end - begin;
    char *line = memory_copy(text + begin, n);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)line[i] < ' ' || (unsigned char)line[i] > '~')
            line[i] = '?';
    }
    return line;
}

static struct process_result
process_start_and_wait(const char *const *arguments, double limit_s, int output, int errors)
{
    struct process_result result = { .status = -1,
                                     .output = memory_text("%s", ""),
                                     .errors = memory_text("%s", "") };
    double begin_s = progress_clock();
    pid_t child = fork();
    if (child < 0) {
        result.problem = memory_text("no process could be made: %s", strerror(errno));
        return result;
    }
    if (child == 0)
        process_become(arguments, output, errors);
    setpgid(child, child);
    int status = process_wait(child, limit_s, &result);
    result.started = true;
    result.wall_s = progress_clock() - begin_s;
    if (WIFEXITED(status))
        result.status = WEXITSTATUS(status);
    else
        result.signal = WTERMSIG(status);
    result.output = process_read(output, PROCESS_OUTPUT_MAX);
    result.errors = process_last_line(process_read(errors, PROCESS_ERRORS_MAX));
    return result;
}

struct process_result
process_run(const char *const *arguments, double limit_s)
{
    process_take_signals();
    int output = memfd_create("output", MFD_CLOEXEC);
    int errors = memfd_create("errors", MFD_CLOEXEC);
    struct process_result result = { .problem = memory_text("no file in memory could be made: %s",
                                                            strerror(errno)) };
    if (output >= 0 && errors >= 0)
        result = process_start_and_wait(arguments, limit_s, output, errors);
    if (output >= 0)
        close(output);
    if (errors >= 0)
        close(errors);
    return result;
}

const char *
process_signal_name(int signal)
{
    const char *name = sigabbrev_np(signal);
    return name ? memory_text("SIG%s", name) : memory_text("signal %d", signal);
}
