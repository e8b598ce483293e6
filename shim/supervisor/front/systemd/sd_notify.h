/* SPDX-License-Identifier: ISC */
/*
 * systemd's readiness protocol (sd_notify(3)), proxied.  The service manager listens to the
 * supervisor alone, so the server gets a socket of ours; what it says is passed on where it is
 * about the service, and kept where it is about one generation:
 *
 *   READY=1                       makes a generation ready with GRACE_READY=notify
 *   STATUS, WATCHDOG=1, EXTEND_... passed on from the serving generation; the last STATUS of
 *                                 another one when it serves
 *   FDSTORE=1, FDNAME, BARRIER=1  passed on with their descriptors, 16 of them at most
 *   RELOADING, STOPPING, MAINPID  said by the supervisor itself when it is so
 *
 * Who may say so: the server's processes; root, our user and the users of its processes, for a
 * helper that has gone.
 */
#ifndef GRACE_SUPERVISOR_FRONT_SYSTEMD_SD_NOTIFY_H
#define GRACE_SUPERVISOR_FRONT_SYSTEMD_SD_NOTIFY_H

#include <stdbool.h>

#include "supervisor/state/events.h"

/* Opens the proxy where a manager listens or `wanted`; puts its address into NOTIFY_SOCKET of
 * our environment, that is the server's. False with errno when it is wanted and can't be. */
bool sd_notify_open(bool wanted);

/* Puts the manager's own address back: the server is to run without us. */
void sd_notify_withdraw(void);

/* The descriptor to poll, or -1. */
int sd_notify_fd(void);

/* Some messages: who sends many is not to delay signals and restarts. */
void sd_notify_read(void);

/* The supervisor is another process now. */
void sd_notify_moved(void);

/* To the manager: the service as a whole. Without one nothing happens. */
void sd_notify_event(const struct event *e);

#endif
