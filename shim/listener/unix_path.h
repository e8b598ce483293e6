/* SPDX-License-Identifier: ISC */
/*
 * What the server does to the paths of UNIX listeners and to pid files.  A starting generation
 * unlinks the path before it binds, a leaving one unlinks path and pid file at its exit; both would
 * take them from those that serve.
 */
#ifndef GRACE_LISTENER_UNIX_PATH_H
#define GRACE_LISTENER_UNIX_PATH_H

#include <sys/socket.h>
#include <stdbool.h>

/* Does only the generation before this one serve it?  MariaDB, pgbouncer and dovecot do not start
 * when somebody answers at the path that they are about to bind. */
bool unix_path_is_predecessors(const struct sockaddr *addr, socklen_t len);

/* Shall the removal of this path be answered with success and not done? */
bool unix_path_keep(const char *path);

/*
 * rename() of a socket that is bound under one name and put in place under another (haproxy, with
 * its pid in the first).  True: it was answered, for what listens at `to` goes on as this socket.
 */
bool unix_path_rename(const char *from, const char *to);

/* A rename has been done: `to` is what the socket is to be known by. */
void unix_path_renamed(const char *from, const char *to);

#endif
