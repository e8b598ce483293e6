/* SPDX-License-Identifier: ISC */
/*
 * The user socket, <runtime directory>/<pid>.sock, for the same user and root.  A client sends
 * one line, `status`, `restart`, `stop` or `stop drain`, and reads lines until end of file:
 * `step TEXT` as things happen, at last `done TEXT`, `failed TEXT` or `busy TEXT`; for status
 * one line of JSON.
 */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_H
#define GRACE_SUPERVISOR_FRONT_CTL_H

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
