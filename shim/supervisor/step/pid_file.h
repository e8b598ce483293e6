/* SPDX-License-Identifier: ISC */
/*
 * The server's own pid file (GRACE_PIDFILE), for servers that look for its process in /proc: it
 * steps aside while a new generation starts and comes back when that one fails.  One that is not
 * named to us is guarded in the server: listener/pid_file.h.
 */
#ifndef GRACE_SUPERVISOR_STEP_PID_FILE_H
#define GRACE_SUPERVISOR_STEP_PID_FILE_H

struct generation;

void pid_file_step_aside(void);

/* A supervisor that was killed may have left it aside: as if this one had done it. */
void pid_file_resume(void);

/* The new generation serves: the old file goes, unless no new one was written. */
void pid_file_settle(void);

/* The new generation has failed, and the old one ends, too: it is to find its file. */
void pid_file_come_back(void);

/* The new generation g was rolled back: the file names the one that goes on, or the log says that
 * it may not. */
void pid_file_rolled_back(const struct generation *g);

/* A generation has ended: a file that names one of its processes goes. Those that it had locked are
 * taken by the next one, those that it was given as the next one by the one before. */
void pid_file_retired(const struct generation *g);

#endif
