/* SPDX-License-Identifier: ISC */
/*
 * The service manager's file descriptor store (FDSTORE=1 of sd_notify(3)).  It has a copy of each
 * listener that clients may know, by the name "grace-KEY", and gives them back when it starts the
 * service again (LISTEN_FDS): after `systemctl restart` as after a death of everything clients have
 * waited in the queue instead of being refused.
 *
 * No UNIX path is stored: whoever stops removes that.
 */
#ifndef GRACE_SUPERVISOR_FRONT_SYSTEMD_FD_STORE_H
#define GRACE_SUPERVISOR_FRONT_SYSTEMD_FD_STORE_H

/* What the names of ours begin with. */
#define FD_STORE_NAME "grace-"

/* Takes what is ours out of LISTEN_FDS and LISTEN_FDNAMES: listeners for generation 1 to adopt.
 * What is the server's own moves up. Before anything looks at descriptors or at the environment. */
void fd_store_take(void);

/* Stores what is new, and removes what is gone. Until the server is stopped. */
void fd_store_step(void);

#endif
