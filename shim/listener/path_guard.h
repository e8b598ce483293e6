/* SPDX-License-Identifier: ISC */
/*
 * What the server does to the paths of UNIX listeners and to pid files.  A starting generation
 * unlinks the path before it binds, a leaving one unlinks path and pid file at its exit; both would
 * take them from those that serve.
 */
#ifndef GRACE_LISTENER_PATH_GUARD_H
#define GRACE_LISTENER_PATH_GUARD_H

#include <sys/socket.h>
#include <stdbool.h>

/* Does only the generation before this one serve it?  MariaDB, pgbouncer and dovecot do not start
 * when somebody answers at the path that they are about to bind. */
bool path_guard_hides(const struct sockaddr *addr, socklen_t len);

/* Shall the removal of this path be answered with success and not done? */
bool path_guard_keep(const char *path);

/* Shall what is at `path`, or open as `fd` (path ""), be left as it is, and the change be answered
 * with success? */
bool path_guard_keep_content(int fd, const char *path);

/*
 * rename() or link() of a socket that is bound under one name and put in place under another
 * (haproxy renames, supervisord links, each with its pid in the first).  True: it was answered, for
 * what listens at `to` goes on as this socket.  After link() it is the server that removes `from`.
 */
bool path_guard_rename(const char *from, const char *to);
bool path_guard_link(const char *from, const char *to);

/* It has been done by the kernel: `to` is what the socket is to be known by. */
void path_guard_named(const char *from, const char *to);

#endif
