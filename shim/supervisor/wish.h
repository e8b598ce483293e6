/* SPDX-License-Identifier: ISC */
/*
 * Signals that are one wish: `killall -HUP server` signals the supervisor and every process of the
 * server, some of which run so late that the restart is over by then. Two restart signals count
 * as one if the same process sent them, shortly after each other, to several processes of a
 * server that the first of them has replaced.
 */
#ifndef GRACE_WISH_H
#define GRACE_WISH_H

#include <sys/types.h>
#include <stdbool.h>

/* A restart signal from `sender` (0: not known) to a process of that generation, or with 0 to the
 * supervisor. False if it repeats the last one. */
bool wish_is_new(pid_t sender, unsigned generation);

#endif
