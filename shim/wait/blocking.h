/* SPDX-License-Identifier: ISC */
/*
 * The sleep of a call that the server believes to block, on a socket that must not block because
 * two generations share it.  It ends as the kernel's own would: accept() and recvfrom() go on
 * after a handler with SA_RESTART, and give EINTR after one without; ppoll() always does.  With
 * SO_RCVTIMEO they give EINTR after any, and EAGAIN in time.
 */
#ifndef GRACE_WAIT_BLOCKING_H
#define GRACE_WAIT_BLOCKING_H

#include <stdbool.h>

#include "wait/timing.h"

/* Until something arrives on fd. 0: try again; -1: errno is the answer, EAGAIN when its time is
 * over. */
int blocking_wait(int fd, struct timing *t);

/* Have all handlers of the server SA_RESTART? */
bool blocking_goes_on(void);

#endif
