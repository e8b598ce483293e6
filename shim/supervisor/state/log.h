/* SPDX-License-Identifier: ISC */
/*
 * The supervisor's log: one line an event, `grace[PID]: text`, to standard error, syslog or a
 * file.  From level info on it is an event, too.
 */
#ifndef GRACE_SUPERVISOR_STATE_LOG_H
#define GRACE_SUPERVISOR_STATE_LOG_H

#include <stdbool.h>

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

/* Opens the log: "stderr", "syslog" or a path. False with errno. */
bool log_open(const char *where, enum log_level least);

/* Standard error is about to go: a log that went there goes to syslog. */
void log_stderr_ends(void);

/* Where a command of the user writes what is for people: the file, or else standard error. */
int log_output(void);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
