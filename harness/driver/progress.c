/* progress.c -- how far a race is: a bar with the time left, or a line every ten seconds. */
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

enum { PROGRESS_BAR = 28, PROGRESS_WHAT = 30, PROGRESS_LINE_S = 10 };

struct progress {
    bool active, on_terminal, drawn;
    size_t total;
    double begin_s, limit_s, last_line_s;
};
static struct progress progress;

double
progress_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void
progress_begin(size_t total, double limit_s)
{
    const char *terminal = getenv("TERM");
    bool is_dumb = !terminal || strcmp(terminal, "dumb") == 0;
    double now = progress_clock();
    progress = (struct progress){ .active = !say_is_quiet() && total > 0,
                                  .on_terminal = isatty(STDERR_FILENO) && !is_dumb,
                                  .total = total,
                                  .begin_s = now,
                                  .limit_s = limit_s,
                                  .last_line_s = now };
}

/* Seconds that are left if the steps go on as before; negative: too early to tell. */
static double
progress_left(size_t done, double elapsed_s)
{
    if (done == 0)
        return -1;
    double left = elapsed_s / (double)done * (double)(progress.total - done);
    double until_limit = progress.limit_s - elapsed_s;
    if (progress.limit_s > 0 && left > until_limit)
        left = until_limit > 0 ? until_limit : 0;
    return left;
}

static void
progress_time_text(char *text, size_t room, double left_s)
{
    if (left_s < 0)
        snprintf(text, room, "time left unknown");
    else
        snprintf(text, room, "%u:%02u left", (unsigned)left_s / 60, (unsigned)left_s % 60);
}

static void
progress_bar(size_t done, const char *what, const char *left)
{
    size_t filled = done * PROGRESS_BAR / progress.total;
    char bar[PROGRESS_BAR + 1];
    for (size_t i = 0; i < PROGRESS_BAR; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[PROGRESS_BAR] = '\0';
    fprintf(stderr, "\r\033[K[%s] %zu/%zu  %s  %.*s", bar, done, progress.total, left,
            PROGRESS_WHAT, what);
    fflush(stderr);
    progress.drawn = true;
}

void
progress_show(size_t done, const char *what)
{
    if (!progress.active)
        return;
    double now = progress_clock();
    char left[32];
    progress_time_text(left, sizeof left, progress_left(done, now - progress.begin_s));
    if (progress.on_terminal) {
        progress_bar(done, what, left);
    } else if (now - progress.last_line_s >= PROGRESS_LINE_S) {
        progress.last_line_s = now;
        fprintf(stderr, "heapstakes: %zu of %zu processes done, %s\n", done, progress.total, left);
    }
}

void
progress_clear(void)
{
    if (!progress.drawn)
        return;
    fputs("\r\033[K", stderr);
    progress.drawn = false;
}

void
progress_end(void)
{
    progress_clear();
    progress.active = false;
}
