/* SPDX-License-Identifier: ISC */
/* The supervisor's end of the user socket (protocol/user_socket.h). */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_CTL_H
#define GRACE_SUPERVISOR_FRONT_CTL_CTL_H

#include "supervisor/state/events.h"

/* Without the socket the server is served all the same; a line says so. */
void ctl_open(void);
void ctl_close(void);

/* Adds to the pollset what to wait on; handles what has come of it. */
void ctl_poll(void);
void ctl_handle(void);

/* Tells those who wait for a restart how it has ended. */
void ctl_event(const struct event *e);

/* The supervisor ends: tells those who wait for a stop. */
void ctl_stopped(const char *text);

#endif
