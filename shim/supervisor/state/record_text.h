/* SPDX-License-Identifier: ISC */
/* The strings of a recovery record: library, directory, path, arguments, environment. */
#ifndef GRACE_SUPERVISOR_STATE_RECORD_TEXT_H
#define GRACE_SUPERVISOR_STATE_RECORD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "supervisor/state/record.h"

size_t record_text_size(const struct command *command);
void record_text_write(struct record *r, const struct command *command);

/* Do all its strings end within it? */
bool record_text_is_whole(const struct record *r);

/* Same command, directory and environment, but for what differs from one start to the next. */
bool record_text_equal(const struct record *a, const struct record *b);

/* Library, directory and path; then the arguments and the environment, in new arrays. */
struct record_text {
    const char *library, *directory, *path;
    char **argv, **envp;
};
bool record_text_read(const struct record *r, struct record_text *t);

#endif
