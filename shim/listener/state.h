/* SPDX-License-Identifier: ISC */
/* What listener.c and adopt.c share. */
#ifndef GRACE_LISTENER_STATE_H
#define GRACE_LISTENER_STATE_H

#include "listener/listener.h"
#include "process/self.h"

enum { LISTENER_KNOWN = LISTENER_HELD | LISTENER_LISTENING };

bool listener_has_nonblock(int fd);

/* The number is this listener from now on. */
void listener_track(int fd, int index, const struct address *a, bool nonblock);

/* From here on this process may have to give the listener up again. */
void listener_prepare(int fd, const struct address *a);

/* Outside an overlap the shared flag is the server's; within one only O_NONBLOCK can be forced,
 * for the other generation emulates what it believes (see waits.c). */
void listener_apply_nonblock(int fd, bool nonblock);

/* Its successor serves what this generation had: a worker that binds it again is late. */
bool listener_is_given_up(const struct address *a);

/* May there be several sockets with this address? */
bool listener_is_member(const struct address *a);

#endif
