/* say.c -- what the command tells its user apart from data: one clear line on standard error. */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "progress.h"

enum { SAY_WORD_MAX = 64 };

static bool say_quiet;

static void
say_line(const char *kind, const char *format, va_list arguments)
{
    progress_clear();
    fprintf(stderr, "heapstakes: %s", kind);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void
say_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_line("", format, arguments);
    va_end(arguments);
}

void
say_warning(const char *format, ...)
{
    if (say_quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    say_line("warning: ", format, arguments);
    va_end(arguments);
}

void
say_note(const char *format, ...)
{
    if (say_quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    say_line("", format, arguments);
    va_end(arguments);
}

void
say_be_quiet(bool quiet)
{
    say_quiet = quiet;
}

bool
say_is_quiet(void)
{
    return say_quiet;
}

static size_t
say_smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Edit distance (Wagner and Fischer 1974), one row at a time. */
static size_t
say_distance(const char *a, const char *b)
{
    size_t row[SAY_WORD_MAX + 1];
    size_t width = strlen(b);
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t above = row[j + 1];
            row[j + 1] = say_smallest(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
            diagonal = above;
        }
    }
    return row[width];
}

const char *
say_nearest(const char *word, const char *const *words)
{
    size_t length = strlen(word);
    const char *best = NULL;
    size_t best_distance = 2 + length / 3; /* what is farther is another word */
    for (size_t i = 0; words[i]; i++) {
        if (strlen(words[i]) > SAY_WORD_MAX)
            continue;
        size_t distance = say_distance(word, words[i]);
        if (length >= 2 && strncmp(word, words[i], length) == 0)
            distance = 1;
        if (distance < best_distance) {
            best_distance = distance;
            best = words[i];
        }
    }
    return best;
}

const char *
say_suggestion(const char *word, const char *const *words)
{
    const char *nearest = say_nearest(word, words);
    if (nearest)
        return memory_text("; did you mean %s?", nearest);
    const char *all = "; choose from";
    for (size_t i = 0; words[i]; i++)
        all = memory_text("%s%s %s", all, i ? "," : "", words[i]);
    return all;
}
