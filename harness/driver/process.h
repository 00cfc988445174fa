/* process.h -- runs one program to its end or its time limit, and keeps what it printed. */
#ifndef DRIVER_PROCESS_H
#define DRIVER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

struct process_result {
    bool started;     /* else `problem` says why not */
    bool timed_out;   /* killed at its time limit */
    bool interrupted; /* killed because the user asked the command to stop */
    int status;       /* exit status; -1 if a signal ended it */
    int signal;       /* that signal; else 0 */
    double wall_s;
    char *output; /* standard output, whole */
    char *errors; /* the last line of standard error that is not empty; "" if there is none */
    const char *problem;
};

/* From here on SIGINT, SIGTERM and SIGHUP stop the race instead of the command. */
void process_take_signals(void);

/* Whether the user asked to stop. */
bool process_is_interrupted(void);

/* Runs arguments[0] with a NULL-terminated list of arguments, as a process group of its own
 * that is killed whole.  The command sleeps meanwhile. */
struct process_result process_run(const char *const *arguments, double limit_s);

/* "SIGSEGV" */
const char *process_signal_name(int signal);

#endif
