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

/* All of it into `command` and environ, which are of `r` from now on. False with errno. */
bool record_text_read(const struct record *r, struct command *command);

#endif
