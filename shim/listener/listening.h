/* SPDX-License-Identifier: ISC */
/*
 * Which sockets are listeners, and when they begin to be: by listen(), or as they came with the
 * process.  The supervisor gets a copy of each.  All keep errno where they succeed.
 */
#ifndef GRACE_LISTENER_LISTENING_H
#define GRACE_LISTENER_LISTENING_H

#include <stdbool.h>

/* listen() has succeeded on fd: tells the supervisor, once. */
void listening_begin(int fd);

/* accept() or a wait on a number we know nothing of: is it an inherited listener? */
bool listening_discover(int fd);

/* The calling thread waits for connections on fd (reported while the generation starts). */
void listening_waited(int fd);

/* In the handler of the reserved signal: while second queues are looked into (process/queues.h) no
 * accept() where there is one is plainly the kernel's; when that is over they are left.  The caller
 * has the listener lock. */
void listening_look(void);

/* Before the process puts itself into a sandbox: it makes no calls there that the server does not
 * make. */
void listening_confine(void);

/* fd serves no more, and is not closed: the supervisor looks. */
void listening_ended(int fd);

/* accept() has worked on one that was expected to be closed soon (transient.h). */
void listening_accepted(int fd);

#endif
