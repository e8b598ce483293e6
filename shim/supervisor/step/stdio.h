/* SPDX-License-Identifier: ISC */
/*
 * The pipes and terminals that the supervisor was started with, and keeps for later generations.
 * Whoever started a daemon may wait for their end (ssh, `$(...)`), and a daemon gives them up when
 * it goes into the background.  So does the supervisor then, as soon as no process of the server
 * has them any more: it and later generations have /dev/null there, and a log that went to
 * standard error goes to syslog.  Files stay: nobody waits for their end.
 */
#ifndef GRACE_SUPERVISOR_STEP_STDIO_H
#define GRACE_SUPERVISOR_STEP_STDIO_H

#include <stdint.h>

/* Standard streams that were closed at the start stay so for the server; nothing of ours gets their
 * numbers. Before anything is opened. */
void stdio_hold_closed(void);

/* In a child that is to become a generation after the first, or a command of the user: where it
 * would write to a pipe or socket whose reader has gone it gets /dev/null, for the one before lives
 * on and it would die of SIGPIPE.  s6-supervise closes its end of a notification pipe after the
 * first newline, and the next version notifies as well.  What the supervisor has stays: a reader of
 * a FIFO may come back. */
void stdio_forget_unread(void);

/* The server has gone into the background: looks for a minute, less and less often. */
void stdio_watch(int64_t now);
void stdio_step(int64_t now);

#endif
