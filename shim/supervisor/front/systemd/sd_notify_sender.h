/* SPDX-License-Identifier: ISC */
/*
 * Who is heard at NOTIFY_SOCKET: the proxy's name is in /proc/net/unix, and nothing guards an
 * abstract one.  Anybody else costs a few reads, however many processes and messages there are.
 */
#ifndef GRACE_SUPERVISOR_FRONT_SYSTEMD_SD_NOTIFY_SENDER_H
#define GRACE_SUPERVISOR_FRONT_SYSTEMD_SD_NOTIFY_SENDER_H

#include <sys/socket.h>

struct generation;

/* The generation for which the sender, as the kernel names it, speaks; NULL: for none. */
struct generation *sd_notify_sender_of(const struct ucred *sender);

#endif
