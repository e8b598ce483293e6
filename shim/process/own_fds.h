/* SPDX-License-Identifier: ISC */
/*
 * The shim's own descriptors: parked on high numbers with FD_CLOEXEC, where a server that counts
 * on getting 3, 4, 5 never meets them, and below 1024, because a high number makes the kernel
 * copy a table of that size at each fork.  The server's close(), close_range() and closefrom()
 * pass over them as if they were not open; its dup2() onto one moves it out of the way.
 */
#ifndef GRACE_PROCESS_OWN_FDS_H
#define GRACE_PROCESS_OWN_FDS_H

#include <stdbool.h>

#include "protocol/handoff.h"

/* Moves fd up and marks it ours: the number that it has now, or -errno, and it is closed. */
int own_fds_raise(int fd);

/* The same, with *place as the number, which may change. Is there one already, fd is closed:
 * several threads may be about to fill it, and the first one does. 0 or -errno. */
int own_fds_park(int *place, int fd);

/* Frees this number for the server: the parked descriptor gets another one; one that was only
 * raised is the server's from here on. */
void own_fds_move(int fd);

/* What an exec'd process of the generation inherits: copies for it alone, for other threads may
 * execute something at the same time. False: no number left. Both keep errno. */
bool own_fds_lend(union handoff_fds *loan);
void own_fds_take_back(const union handoff_fds *loan);

#endif
