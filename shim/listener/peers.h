/* SPDX-License-Identifier: ISC */
/*
 * Who connects to a UNIX listener: processes of this generation, or somebody else, too?  One that
 * only the former use (a manager of shared objects, the service of one process for the others) has
 * to be there until the generation ends.  The kernel names the peer, so nobody is asked once it has
 * named a stranger, and never where no connection passes here.
 */
#ifndef GRACE_LISTENER_PEERS_H
#define GRACE_LISTENER_PEERS_H

/* accept() of the listener fd has returned this.  A connection between processes of the generation
 * is none that a client waits for: it does not count. */
void peers_note(int fd, int connection);

#endif
