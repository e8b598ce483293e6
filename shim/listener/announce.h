/* SPDX-License-Identifier: ISC */
/*
 * A listener becomes known to the supervisor, by a copy of it.  Nobody waits for that: while the
 * queue is full (the supervisor stands still) what does not fit is only marked in the page, and
 * sent with the next one, or when somebody waits on it.  A restart fetches what is left
 * (supervisor/step/unsent.h).
 */
#ifndef GRACE_LISTENER_ANNOUNCE_H
#define GRACE_LISTENER_ANNOUNCE_H

/* fd is the listener of this index. */
void announce_listener(int fd, int index);

/* Sends what could not be sent before. */
void announce_rest(void);

#endif
