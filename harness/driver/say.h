/* say.h -- what the command tells its user apart from data: one clear line on standard error. */
#ifndef DRIVER_SAY_H
#define DRIVER_SAY_H

#include <stdbool.h>
#include <stddef.h>

/* Exit status of the command. */
enum say_status {
    SAY_FINE = 0,
    SAY_ERROR = 1, /* of the tool or of a cell */
    SAY_USAGE = 2,
    SAY_UNFIT = 5 /* the machine, for measuring */
};

void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Warnings, progress and results in words; dropped if the user asked for quiet. */
void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_be_quiet(bool quiet);
bool say_is_quiet(void);

/* The word of the NULL-terminated list that is nearest to `word`, or NULL if none is near. */
const char *say_nearest(const char *word, const char *const *words);

/* A tail for error lines: "; did you mean X?" if a word is near, else the list of all. */
const char *say_suggestion(const char *word, const char *const *words);

#endif
