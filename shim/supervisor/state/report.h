/* SPDX-License-Identifier: ISC */
/*
 * The supervisor's log: one line an event, `grace[PID]: text`, to standard error, syslog or a
 * file.  The same words go to whoever waits for a restart on the user socket.
 */
#ifndef GRACE_REPORT_H
#define GRACE_REPORT_H

#include <stdbool.h>

enum report_level { REPORT_ERROR, REPORT_WARNING, REPORT_INFO, REPORT_DEBUG };

/* Opens the log: "stderr", "syslog" or a path. False with errno. */
bool report_open(const char *where, enum report_level least);

/* Standard error is about to go: a log that went there goes to syslog. */
void report_stderr_ends(void);

void report(enum report_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Called with each line of level info and above (without the prefix). */
extern void (*report_listener)(const char *line);

#endif
