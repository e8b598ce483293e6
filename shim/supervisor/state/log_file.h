/* SPDX-License-Identifier: ISC */
/*
 * The log as a file.  Whoever rotates it renames or removes it and signals nobody: at each line
 * the path is looked at, and where it names another file or none the log goes on there.
 */
#ifndef GRACE_SUPERVISOR_STATE_LOG_FILE_H
#define GRACE_SUPERVISOR_STATE_LOG_FILE_H

/* Opens it: a descriptor, or -1 with errno. `path` stays where it is. */
int log_file_open(const char *path);

/* What to write to now, and close() is done of what it replaces; *why is NULL, or why that is not
 * what the path names: each reason once. */
int log_file_follow(const char **why);

#endif
