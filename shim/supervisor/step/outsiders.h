/* SPDX-License-Identifier: ISC */
/*
 * Listeners that others have open besides this server: supervisord's fcgi-program, spawn-fcgi, two
 * services at one systemd socket.  O_NONBLOCK of the open file is theirs, too: what we set there
 * would end their accept() with an error that they do not expect.
 *
 * Those that have started us are none of them: they keep the socket, and leave accept() to us.
 */
#ifndef GRACE_SUPERVISOR_STEP_OUTSIDERS_H
#define GRACE_SUPERVISOR_STEP_OUTSIDERS_H

/* Sets listener.outside, and says so in the pages.  Only where a listener was not bound by this
 * server is anybody looked at; who can't be looked into may have it open. */
void outsiders_look(void);

/* Sets listener.given. */
void outsiders_note_given(void);

#endif
