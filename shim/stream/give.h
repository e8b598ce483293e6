/* SPDX-License-Identifier: ISC */
/*
 * Connections that are handed over to the generation that serves now: those that this process has
 * accepted and nobody has touched (protocol/tcp_counts.h), of listeners whose second queues the
 * successor looks into (LISTENER_GIVES).  Their clients wait for nothing that only this process
 * could say, whatever the protocol is.
 *
 * The supervisor gets the connection; the number keeps a socket at its end of file, in the epoll,
 * too: to the server the client has left without a word.  What can't be sent now stays, and is sent
 * when the supervisor asks again (slot.giving).
 *
 * Left where it is:
 *  - what another number or another process may have as well: who forks, or passes connections on
 *    by SCM_RIGHTS;
 *  - what is in several epolls, and everything where /proc can't tell;
 *  - in a process with threads all that somebody may be reading just now.
 */
#ifndef GRACE_STREAM_GIVE_H
#define GRACE_STREAM_GIVE_H

#include <sys/socket.h>

/* The server has sent this: are there connections in it? */
void give_look_at_sent(const struct msghdr *message);

/* Does what the state page asks for. Async-signal-safe, keeps errno. */
void give_run(void);

#endif
