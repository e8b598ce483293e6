/* SPDX-License-Identifier: ISC */
/* Which file a command is. */
#ifndef CHECK_LOCATE_H
#define CHECK_LOCATE_H

#include <limits.h>

/* The file that execvp() would execute. Returns 0, ENOENT if there is none, or why the one that
 * `path` then names can't be executed: EACCES, EISDIR, or what kept us from looking. */
int locate(const char *command, char path[PATH_MAX]);

/* Why this file can't be executed, or 0: the same for one whose path is known. */
int locate_refusal(const char *path);

#endif
